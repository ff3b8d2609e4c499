import type * as Table from "@sluice/core/relation/Table"
import * as Effect from "effect/Effect"
import type { PartitionedTables } from "../PartitionedTables.ts"
import * as PartitionCuts from "../sql/PartitionCuts.ts"
import * as PartitionWrites from "../sql/PartitionWrites.ts"
import * as SqlBatch from "../sql/SqlBatch.ts"
import * as SqlOwners from "../sql/SqlOwners.ts"
import { quote } from "./dialect.ts"
import type { Loaded } from "./Loader.ts"
import type { Session } from "./MysqlPool.ts"
import * as MysqlSelect from "./MysqlSelect.ts"
import * as MysqlTables from "./MysqlTables.ts"
import * as PartitionPublisher from "./PartitionPublisher.ts"
import * as SelectSources from "./SelectSources.ts"

/** Tables that are cut, in one database of MySQL or MariaDB. */
export const make = (options: PartitionPublisher.Options): PartitionedTables => {
  const { load, pool, server, words } = options
  const claim = ({ name }: Table.Any) =>
    SqlBatch.over(pool.sql, words)(`publish ${name}`, SqlOwners.claim(words, [name], `publish ${name}`))

  /** Settles the rows of a filled staging table. */
  const settled = ({ settle, table }: PartitionWrites.Write, session: Session, staging: string, { by, rows }: Loaded) =>
    SqlBatch.translated(
      words,
      `publish ${table.name}`,
      Effect.map(
        settle({ from: quote(staging), filled: rows, driver: MysqlTables.driver(session) }),
        (counted): PartitionPublisher.Filled => ({ ...counted, by })
      )
    )

  return {
    ...PartitionCuts.make(MysqlTables.make(options)),
    ...PartitionWrites.make({
      dialect: words,

      rows: Effect.fnUntraced(function* (write, { placed }) {
        const { table } = write
        yield* claim(table)
        const { by, rows } = yield* PartitionPublisher.replace(options, {
          ...write,
          fill: (session, into) =>
            Effect.flatMap(load({ session, pool, server, table, into, rows: placed.rows }), (loaded) =>
              settled(write, session, into, loaded)
            )
        })
        return { rows, metadata: { loaded_by: by } }
      }),

      select: Effect.fnUntraced(function* (write, { named, unbound, ...select }) {
        const { table } = write
        yield* MysqlSelect.prepare(pool, table, select.sql)
        yield* claim(table)
        const { by, rows } = yield* PartitionPublisher.replace(options, {
          ...write,
          prepare: (session, staging) => SelectSources.assertOnly(session, table.name, unbound, named, staging),
          fill: (session, staging) =>
            Effect.flatMap(MysqlSelect.fill(session, table, staging, select), (rows) =>
              settled(write, session, staging, { rows, by: "INSERT SELECT" })
            )
        })
        return { rows, metadata: { loaded_by: by } }
      })
    })
  }
}
