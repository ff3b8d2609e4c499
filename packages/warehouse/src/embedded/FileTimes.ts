import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import type { Difference } from "../checks/Difference.ts"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import type { LibsqlClient } from "./LibsqlClient.ts"
import type { Session } from "./LibsqlSession.ts"

/**
 * The number of writes that each data file has seen, in SQLite's `user_version` of the file. One transaction updates both, so
 * they differ only if one file was restored alone.
 */
export interface FileTimes {
  readonly public: number
  readonly sensitive: number
}

export const read = (session: Session): FileTimes => {
  const of = (schema: string) => Number(session.values(`PRAGMA ${schema}.user_version`, [])[0]?.[0] ?? 0)
  return { public: of("main"), sensitive: of("sensitive") }
}

/** A new public file has no older data, so it takes the number of the sensitive file. */
export const begin = (client: LibsqlClient): Effect.Effect<void, SqlError> =>
  client.use((session) => {
    const times = read(session)
    if (times.public !== 0 || times.sensitive === 0) return
    const [[tables] = []] = session.values("SELECT COUNT(*) FROM main.sqlite_master", [])
    if (Number(tables) === 0) session.database.exec(`PRAGMA main.user_version = ${times.sensitive}`)
  })

/** Counts one write in both files, in the caller's transaction. Fails if their numbers differ. */
export const advance = (client: LibsqlClient, operation: string): Effect.Effect<void, SqlError | WarehouseFailed> =>
  Effect.gen(function* () {
    const times = yield* client.use(read)
    const [difference] = differences(times)
    if (difference === undefined) return yield* setBoth(client, times.public + 1)
    const { declared, found, remedy, subject } = difference
    const detail = `${subject} is ${found}, and must be ${declared}. Nothing was written. Remedy: ${remedy}.`
    return yield* new WarehouseFailed({ reason: "Drift", operation, detail })
  })

/** Makes the files' numbers equal, in the caller's transaction. */
export const accept = (client: LibsqlClient): Effect.Effect<void, SqlError> =>
  Effect.flatMap(client.use(read), (times) => setBoth(client, Math.max(times.public, times.sensitive) + 1))

/** The file with the lower number, if they differ. */
export const differences = (times: FileTimes): ReadonlyArray<Difference> => {
  if (times.public === times.sensitive) return []
  const [older, newer] = times.public < times.sensitive ? ["public.db", "sensitive.db"] : ["sensitive.db", "public.db"]
  const missing = Math.abs(times.public - times.sensitive)
  const erased = older === "public.db" ? "" : ", then erase again whoever was erased since"
  return [
    {
      subject: older,
      aspect: "content",
      found: `an older copy without the last ${missing === 1 ? "write" : `${missing} writes`}`,
      declared: `a copy as recent as ${newer}`,
      remedy: `restore both files from one backup, or run \`sluice provision --restored\`${erased}`,
      origin: "outside"
    }
  ]
}

const setBoth = (client: LibsqlClient, count: number) =>
  client.use(({ database }) =>
    database.exec(["main", "sensitive"].map((schema) => `PRAGMA ${schema}.user_version = ${Math.trunc(count)}`).join("; "))
  )
