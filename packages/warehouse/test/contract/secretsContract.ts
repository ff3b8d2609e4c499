import { createHmac } from "node:crypto"
import { describe, expect, it } from "@effect/vitest"
import { Fingerprints } from "@sluice/core/source/Fingerprints"
import { Suppressions } from "@sluice/core/source/Suppressions"
import { Erasure } from "@sluice/warehouse/Erasure"
import type { Rotated } from "@sluice/warehouse/Rotated"
import * as KeySeal from "@sluice/warehouse/sql/KeySeal"
import type { WarehouseFailed } from "@sluice/warehouse/WarehouseFailed"
import type { WarehousePorts } from "@sluice/warehouse/WarehousePorts"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { ada, eraseAda, publishPeople, spec } from "./people.ts"

type Stores = WarehousePorts | Suppressions | Erasure | Fingerprints
export interface Options {
  readonly name: string
  /** A new store, opened with a secret. */
  readonly fresh: Effect.Effect<
    {
      readonly stores: (outside: KeySeal.Outside) => Layer.Layer<Stores, WarehouseFailed>
      readonly rotate: (outside: KeySeal.Outside) => Effect.Effect<Rotated, WarehouseFailed>
    },
    unknown,
    Scope.Scope
  >
}

const sealedWith = (secret: string, old?: string): KeySeal.Outside => ({
  secret: Redacted.make(secret),
  old: old === undefined ? undefined : Redacted.make(old)
})
const one = "canary-secret-one-canary-secret-one"
const two = "canary-secret-two-canary-secret-two"

/** The ids that a new run would leave out. */
const known = (runId: string) =>
  Effect.map(
    Effect.flatMap(Suppressions, ({ begin }) => begin(runId)),
    ({ has }) => ["ada_lovelace", "bob", "Zoë"].map((id) => has?.(id) === true)
  )

const fingerprint = Effect.map(Fingerprints, (fingerprints) => {
  const started = fingerprints?.start()
  started?.add("text")
  return started?.end()
})

const stored = Effect.gen(function* () {
  const { query } = yield* WarehouseReader
  const secrets = yield* query("SELECT name, value FROM sluice_secrets ORDER BY name", "pipeline")
  const hashes = yield* query("SELECT HEX(hash) FROM sluice_suppressions", "pipeline")
  return {
    keys: new Map(secrets.rows.map(([name, value]) => [String(name), String(value)])),
    hashes: hashes.rows.map(([hash]) => String(hash).toLowerCase())
  }
})

/** The ids that an attacker with the table of keys can guess. */
const guessed = (keys: ReadonlyMap<string, string>) =>
  [...keys.values()].map((value) => createHmac("sha256", Buffer.from(value, "hex")).update("ada_lovelace").digest("hex"))

/** Every store handles its own keys like this. */
export const secretsContract = (options: Options) =>
  describe(`${options.name}: keys`, () => {
    it.scopedLive("whoever has the store and not the secret from outside can confirm no guess", () =>
      Effect.gen(function* () {
        const { stores } = yield* options.fresh
        const { hashes, keys } = yield* Effect.provide(Effect.zipRight(eraseAda, stored), stores(sealedWith(one)))
        expect([hashes.length, [...keys.keys()].includes("suppression")]).toEqual([1, true])
        expect([...keys.values()].every(KeySeal.isSealed)).toBe(true)
        expect(guessed(keys)).not.toContain(hashes[0])
        expect(yield* Effect.provide(known("next"), stores(sealedWith(one)))).toEqual([true, false, false])
      })
    )

    it.scopedLive("a secret that is wrong, missing or new to the store is refused, with what to do", () =>
      Effect.gen(function* () {
        const { stores } = yield* options.fresh
        const open = (outside: KeySeal.Outside) => Effect.flip(Effect.provide(eraseAda, stores(outside)))
        yield* Effect.provide(eraseAda, stores(sealedWith(one)))
        const refused = yield* Effect.all([open(KeySeal.inside), open(sealedWith(two))])
        expect(refused.map(({ reason }) => reason)).toEqual(["Misconfigured", "Misconfigured"])
        expect(refused[0].message).toContain("and SLUICE_SECRET is not set. Set it.")
        expect(refused[1].message).toContain("SLUICE_SECRET is not the secret that they are sealed with.")
        expect(JSON.stringify(refused)).not.toContain("canary")

        const { stores: other } = yield* options.fresh
        yield* Effect.provide(eraseAda, other(KeySeal.inside))
        const unsealed = yield* Effect.flip(Effect.provide(eraseAda, other(sealedWith(one))))
        expect(unsealed.message).toContain("Run `sluice provision --rotate`, which seals them.")
      })
    )

    it.scopedLive("the erased stay out through every change of the secret, and can be let in again", () =>
      Effect.gen(function* () {
        const { rotate, stores } = yield* options.fresh
        const erase = (id: string) => Effect.flatMap(Erasure, (erasure) => erasure.erase(spec, Redacted.make(id)))
        yield* Effect.provide(eraseAda, stores(KeySeal.inside))
        const before = yield* Effect.provide(stored, stores(KeySeal.inside))
        expect(guessed(before.keys)).toContain(before.hashes[0])

        // From no secret to one, from one to another, from one to none, and from none to none.
        const changes = [
          sealedWith(one),
          sealedWith(two, one),
          { ...KeySeal.inside, old: Redacted.make(two) },
          KeySeal.inside
        ]
        for (const [at, change] of changes.entries()) {
          expect(yield* rotate(change)).toEqual({ suppressed: at + 1, sealed: change.secret !== undefined })
          const later = Effect.gen(function* () {
            expect(yield* known("next")).toEqual([true, false, at > 0])
            yield* erase(at === 0 ? "Zoë" : `person ${at}`)
            expect(yield* known("later")).toEqual([true, false, true])
            const now = yield* stored
            expect(guessed(before.keys).filter((hash) => now.hashes.includes(hash))).toEqual([])
          })
          yield* Effect.provide(later, stores({ ...change, old: undefined }))
        }
        const undone = Effect.flatMap(Erasure, ({ undo }) => undo(ada))
        yield* Effect.provide(undone, stores(KeySeal.inside))
        expect(yield* Effect.provide(known("last"), stores(KeySeal.inside))).toEqual([false, false, true])
      })
    )

    it.scopedLive("a rotation replaces the key of fingerprints, and refuses what a run under way would write", () =>
      Effect.gen(function* () {
        const { rotate, stores } = yield* options.fresh
        const first = yield* Effect.provide(fingerprint, stores(KeySeal.inside))
        const refused = yield* Effect.gen(function* () {
          yield* publishPeople("before", ["bob"])
          yield* known("under way")
          yield* rotate(KeySeal.inside)
          return yield* Effect.flip(publishPeople("under way", ["bob"]))
        }).pipe(Effect.provide(stores(KeySeal.inside)))
        expect(refused).toMatchObject({ reason: "Outdated" })
        expect(yield* Effect.provide(fingerprint, stores(KeySeal.inside))).not.toBe(first)
      })
    )

    it.scopedLive("a secret that is lost costs one full reading if nobody was erased", () =>
      Effect.gen(function* () {
        const { rotate, stores } = yield* options.fresh
        yield* Effect.provide(fingerprint, stores(sealedWith(one)))
        expect(yield* rotate(sealedWith(two))).toEqual({ suppressed: 0, sealed: true })
        yield* Effect.provide(eraseAda, stores(sealedWith(two)))
        expect((yield* Effect.flip(rotate(sealedWith(one)))).reason).toBe("Misconfigured")
      })
    )
  })
