import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as LibsqlClient from "@sluice/warehouse/embedded/LibsqlClient"
import type * as SqliteStore from "@sluice/warehouse/embedded/SqliteStore"
import * as SqliteStores from "@sluice/warehouse/embedded/SqliteStores"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { forPipeline, pipelineName } from "../contract/pipelines.ts"

/** A directory that is deleted with the scope. */
export const temporaryDirectory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "sluice-embedded-"))),
  (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true }))
)

/** The directory of a test's store. */
export class StoreDirectory extends Context.Tag("test/StoreDirectory")<StoreDirectory, string>() {}

/** Embedded stores in a directory. */
export const stores = (directory: string, options: Omit<SqliteStore.Options, "directory"> = {}, pipeline = pipelineName) =>
  forPipeline(pipeline)(SqliteStores.layer({ directory, ...options }))

/** Embedded stores in a fresh directory, with its path. */
export const freshStores = Layer.unwrapScoped(
  Effect.map(temporaryDirectory, (root) => {
    const directory = join(root, "store")
    return Layer.merge(stores(directory), Layer.succeed(StoreDirectory, directory))
  })
)

/** Runs a statement on one of a store's files, over its own connection. */
export const executeOn = (file: "public.db" | "sensitive.db" | "history.db") => (sql: string) =>
  Effect.scoped(
    Effect.gen(function* () {
      const client = yield* LibsqlClient.make({ path: join(yield* StoreDirectory, file) })
      return yield* client.use((session) => session.values(sql, []))
    })
  )

/** Provides an effect with all of a store's services, opened in a directory while it runs. */
export const withStores =
  (directory: string) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.provide(effect, stores(directory, { patience: "5 seconds" }))
