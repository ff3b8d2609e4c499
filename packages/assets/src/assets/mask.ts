import * as Asset from "@sluice/core/asset/Asset"
import * as Storage from "@sluice/core/asset/Storage"
import * as Changes from "@sluice/core/data/Changes"
import * as Dataset from "@sluice/core/data/Dataset"
import type { Pii } from "@sluice/core/data/Pii"
import type { Mask } from "@sluice/core/relation/Mask"
import * as Table from "@sluice/core/relation/Table"
import { PiiMasker } from "@sluice/warehouse/PiiMasker"
import * as Effect from "effect/Effect"
import type { User } from "../domain/User.ts"
import { apiUsers } from "./apiUsers.ts"

/** An asset that is a mask table, named as the table is; its value is the map from one field of users to mask ids. */
export const maskAsset = <const Name extends string, const K extends string>(
  table: Mask<Name, K>,
  valueOf: (user: User) => Pii<K> | null
) =>
  Asset.make(table.name, {
    definedBy: maskAsset,
    description: table.description,
    group: "sensitive",
    pool: "warehouse",
    upstreams: { users: apiUsers },
    storage: Storage.stored({
      kind: "table",
      relation: table,
      columns: Table.columnNames(table),
      load: Effect.flatMap(PiiMasker, (masker) => masker.load(table))
    }),
    materialize: ({ users }) =>
      Effect.flatMap(PiiMasker, (masker) => masker.ids(table, Dataset.map(Changes.rowsOf(users), valueOf)))
  })
