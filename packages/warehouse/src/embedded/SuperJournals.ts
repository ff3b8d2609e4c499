import { readdir, unlink } from "node:fs/promises"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as LibsqlClient from "./LibsqlClient.ts"
import type { StoreFiles } from "./StoreFiles.ts"

/**
 * Removes the super-journals that killed processes left. SQLite makes one for each commit over two files
 * (https://www.sqlite.org/atomiccommit.html, section 5), and removes it unless it is killed at certain moments.
 *
 * A commit holds the write locks of both files from before it makes its super-journal until it has removed it, and reading a
 * file rolls back what is half done. So super-journals that exist while this process has both locks belong to no process. If
 * another process has a lock, they stay until the next start.
 */
export const removeStale = Effect.fn("SuperJournals.removeStale")(
  function* ({ directory, public: main }: StoreFiles, attach: ReadonlyArray<string>) {
    const stale = Effect.tryPromise(async () => (await readdir(directory)).filter((name) => superJournal.test(name)))
    if ((yield* stale).length === 0) return
    const client = yield* LibsqlClient.make({ path: main, setup: attach, patience: 0 })
    const remove = Effect.flatMap(stale, (names) =>
      Effect.forEach(names, (name) => Effect.tryPromise(() => unlink(join(directory, name))))
    )
    yield* client.withTransaction(remove)
  },
  Effect.scoped,
  Effect.ignore
)

/** SQLite names them after the first file of the connection, the public one. */
const superJournal = /^public\.db-mj[0-9A-F]{9}$/
