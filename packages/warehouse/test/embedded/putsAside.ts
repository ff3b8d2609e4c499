import { randomUUID } from "node:crypto"
import { rmSync, watch, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"

/**
 * Whether SQLite creates a temporary file in a directory while an effect runs. Such files are unlinked at once. The watcher has
 * reported all of them when it reports a file that is written after the effect.
 */
export const putsAside = <E, R>(directory: string, effect: Effect.Effect<unknown, E, R>) =>
  Effect.gen(function* () {
    const last = randomUUID()
    const names = new Set<string>()
    const done = yield* Deferred.make<void>()
    const watcher = watch(directory, (_, name) => {
      if (name === last) Effect.runSync(Deferred.succeed(done, undefined))
      else names.add(name ?? "")
    })
    yield* effect
    writeFileSync(join(directory, last), "")
    yield* Deferred.await(done)
    watcher.close()
    rmSync(join(directory, last))
    return [...names].some((name) => name.startsWith("etilqs_"))
  })
