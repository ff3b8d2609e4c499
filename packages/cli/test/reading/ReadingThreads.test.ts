import { expect, layer } from "@effect/vitest"
import type { Endpoint } from "@sluice/assets/source/Endpoint"
import * as Endpoints from "@sluice/assets/source/Endpoint"
import { type Failure, type RowReader, RowReaders } from "@sluice/assets/source/RowReaders"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import type * as ReadingThreads from "../../src/reading/ReadingThreads.ts"
import { Code } from "./ThreadCode.ts"

const inThreads = (options: Partial<ReadingThreads.Options> = {}) => Code.threads({ bytesAtOnce: 64, ...options })

/** Gives a reader the bytes in parts that end at the places given. */
const readAll = <A>(reader: RowReader<A>, bytes: Uint8Array, cuts: ReadonlyArray<number>) =>
  Effect.gen(function* () {
    const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b)
    const found = []
    let from = 0
    for (const to of [...places, bytes.length]) {
      found.push(...(yield* reader.push(bytes.slice(from, to))))
      from = to
    }
    found.push(...(yield* reader.end))
    return found.map(({ ids, page: { rejected, rows, unknownFields }, size }) => ({
      ...{ size, ids, rows, rejected, unknownFields }
    }))
  })

const read = <A>(endpoint: Endpoint<A>, text: string, cuts: ReadonlyArray<number> = [], rowsOfPiece = 3) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { open } = yield* RowReaders
      const reader = yield* open(endpoint, { maxRowBytes: 2_000, rowsOfPiece })
      return yield* Effect.either(readAll(reader, new TextEncoder().encode(text), cuts))
    })
  )

const message = (changes: object = {}) => ({
  ...{ id: "10", createdAt: "2023-06-01T10:00:00.000Z", message: "é🚆", senderId: "1", receiverId: "2" },
  ...changes
})
const user = (changes: object = {}) => ({
  ...{ id: 7, createdAt: "2023-01-05T08:00:00Z", updatedAt: "2024-02-01T09:30:00Z", firstName: "Ada", city: "Łódź" },
  ...{
    zipCode: null,
    email: "ada@Analytical.Engine",
    birthDate: "1985-12-10",
    profile: { profession: "" },
    subscription: []
  },
  ...changes
})
const odd = FastCheck.oneof(FastCheck.jsonValue(), FastCheck.record({ id: FastCheck.jsonValue(), more: FastCheck.string() }))
const texts = (good: object) =>
  FastCheck.tuple(
    FastCheck.array(
      FastCheck.oneof(
        FastCheck.constant(good),
        FastCheck.nat().map((id) => ({ ...good, id })),
        odd
      ),
      {
        maxLength: 12
      }
    ),
    FastCheck.constantFrom("", "", "", "]", "{", ",", "\uFEFF")
  ).map(([rows, spoiled]) => `${JSON.stringify(rows)}${spoiled}`)
const cuts = FastCheck.array(FastCheck.nat(3_000), { maxLength: 8 })

layer(Code.layer)("threads that read answers", (it) => {
  it.effect.prop(
    "read what is read without them, piece by piece, good rows and bad, wherever the bytes are cut; and refuse the same",
    [texts(message()), texts(user()), cuts],
    ([messages, users, at]) =>
      Effect.gen(function* () {
        const both = Effect.all([read(Endpoints.messages, messages, at), read(Endpoints.users, users, at)], {
          concurrency: "unbounded"
        })
        expect(yield* Effect.provide(both, inThreads())).toStrictEqual(yield* both)
      }),
    { fastCheck: { numRuns: 60 } }
  )

  it.effect("take any number of answers at once, and each reader gets its own", () =>
    Effect.gen(function* () {
      const all = Effect.forEach(
        Array.from({ length: 20 }, (_, i) => i),
        (i) =>
          read(
            Endpoints.messages,
            JSON.stringify(Array.from({ length: 20 + i }, (_, at) => message({ id: `${i}.${at}` }))),
            [50, 500, 900]
          ),
        { concurrency: "unbounded" }
      )
      expect(yield* Effect.provide(all, inThreads())).toStrictEqual(yield* all)
    })
  )

  it.effect("are not begun for the first few bytes", () =>
    Effect.gen(function* () {
      const { dying } = yield* Code
      const some = Effect.zip(read(Endpoints.messages, "[]"), read(Endpoints.messages, JSON.stringify([message()])))
      const found = yield* Effect.provide(some, inThreads({ file: dying, bytesInPlace: 1_000 }))
      expect(found).toStrictEqual(yield* some)
    })
  )

  it.effect("that the system does not give are not missed: answers are read in place", () =>
    Effect.gen(function* () {
      const one = read(Endpoints.messages, JSON.stringify([message()]), [20, 90])
      // Node throws, as it does where a process may have no more threads.
      expect(yield* Effect.provide(one, inThreads({ file: "relative.cjs" }))).toStrictEqual(yield* one)
    })
  )

  it.effect("that end take the reading with them, for a reason that quotes nothing of it; the next ones are new", () =>
    Effect.gen(function* () {
      const { dying } = yield* Code
      const twice = Effect.replicateEffect(read(Endpoints.messages, JSON.stringify([message()])), 2)
      const ended: Either.Either<never, Failure> = Either.left({ _tag: "ThreadEnded", why: "TypeError" })
      expect(yield* Effect.provide(twice, inThreads({ file: dying }))).toStrictEqual([ended, ended])
    })
  )
})
