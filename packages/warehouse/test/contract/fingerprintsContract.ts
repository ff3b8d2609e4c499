import { createHash, createHmac } from "node:crypto"
import { expect, it } from "@effect/vitest"
import { Fingerprints } from "@sluice/core/source/Fingerprints"
import type { WarehouseFailed } from "@sluice/warehouse/WarehouseFailed"
import type { WarehousePorts } from "@sluice/warehouse/WarehousePorts"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { describe } from "vitest"

/**
 * Every store's fingerprints work like this. `fresh` creates an empty store, and returns how to open it, as often as needed.
 */
export const fingerprintsContract = <E>(options: {
  readonly name: string
  readonly fresh: Effect.Effect<Layer.Layer<Fingerprints | WarehousePorts, WarehouseFailed>, E, Scope.Scope>
}) =>
  describe(`${options.name}: fingerprints`, () => {
    it.scopedLive("are equal for equal text or bytes, however they were cut, and different for different text", () =>
      Effect.gen(function* () {
        const of = yield* fingerprints(yield* options.fresh)
        expect(of("Zürich", ",", "Oslo")).toBe(of("Zür", "ich,Oslo"))
        expect(of("Zür", new TextEncoder().encode("ich,Oslo"))).toBe(of("Zürich,Oslo"))
        expect(new Set([of("Zürich"), of("Zürich "), of("zürich"), of()]).size).toBe(4)
      })
    )

    it.scopedLive(
      "stay the same whenever the store is opened, by two processes at once too, and differ from another's",
      () =>
        Effect.gen(function* () {
          const [store, other] = [yield* options.fresh, yield* options.fresh]
          const opened = yield* Effect.all([fingerprints(store), fingerprints(store)], { concurrency: "unbounded" })
          const again = [...opened, yield* fingerprints(store)].map((of) => of("Oslo"))
          expect([new Set(again).size, again[0] === (yield* fingerprints(other))("Oslo")]).toEqual([1, false])
        })
    )

    it.scopedLive("confirm no guess: they are none of the hashes that one can make without the key", () =>
      Effect.gen(function* () {
        const of = yield* fingerprints(yield* options.fresh)
        const guesses = [
          ...["md5", "sha1", "sha256"].map((algorithm) => createHash(algorithm).update("Oslo").digest("base64url")),
          createHmac("sha256", "").update("Oslo").digest("base64url"),
          createHmac("sha256", Buffer.alloc(32)).update("Oslo").digest("base64url")
        ]
        expect(guesses).not.toContain(of("Oslo"))
      })
    )

    it.scopedLive(
      "what is sealed is opened by the same store whenever it is opened, for what it belongs to, and by nobody else",
      () =>
        Effect.gen(function* () {
          const [store, other] = [yield* options.fresh, yield* options.fresh]
          const [first, again, rival] = [yield* opened(store), yield* opened(store), yield* opened(other)]
          const secret = Buffer.from("Oslo, Oslo, Oslo")
          const sealed = first.seal(secret, "page 1")
          const changed = sealed.map((byte, at) => (at === 20 ? byte ^ 1 : byte))
          const openings = [
            again.open(sealed, "page 1"),
            again.open(first.seal(new Uint8Array(), ""), ""),
            again.open(sealed, "page 2"),
            rival.open(sealed, "page 1"),
            again.open(changed, "page 1"),
            again.open(sealed.subarray(0, 20), "page 1"),
            again.open(new Uint8Array(), "page 1")
          ]
          expect(openings.map((bytes) => bytes && Buffer.from(bytes).toString())).toEqual([
            secret.toString(),
            "",
            ...Array.from({ length: 5 }, () => undefined)
          ])
          expect([Buffer.from(sealed).includes("Oslo"), Buffer.from(sealed).equals(first.seal(secret, "page 1"))]).toEqual([
            false,
            false
          ])
        })
    )

    it.scopedLive("have a key that an analyst cannot read", () =>
      Effect.gen(function* () {
        const store = yield* options.fresh
        const asked = Effect.flatMap(WarehouseReader, (reader) => reader.query("SELECT * FROM sluice_secrets", "analyst"))
        const refused = yield* Effect.provide(Effect.flip(asked), store)
        expect(["Missing", "NotPermitted", "AccessDenied"]).toContain(refused.reason)
      })
    )
  })

/** Opens a store, and returns its fingerprint of a text in pieces. */
const fingerprints = <E>(store: Layer.Layer<Fingerprints | WarehousePorts, E>) =>
  Effect.provide(
    Effect.map(Fingerprints, (provided) => (...pieces: ReadonlyArray<string | Uint8Array>) => {
      const fingerprint = provided?.start()
      for (const piece of pieces) fingerprint?.add(piece)
      return fingerprint?.end() ?? ""
    }),
    store
  )

/** Opens a store, and returns its fingerprints. */
const opened = <E>(store: Layer.Layer<Fingerprints | WarehousePorts, E>) =>
  Effect.provide(
    Effect.flatMap(Fingerprints, (provided) =>
      provided === undefined ? Effect.dieMessage("the store has no fingerprints") : Effect.succeed(provided)
    ),
    store
  )
