import { expect, layer } from "@effect/vitest"
import * as Endpoints from "@sluice/assets/endpoints"
import * as Proxies from "@sluice/cli/wiring/Proxies"
import * as SourceClient from "@sluice/cli/wiring/SourceClient"
import type { Endpoint } from "@sluice/rest-source/source/Endpoint"
import * as PageReader from "@sluice/rest-source/source/PageReader"
import type * as ReadingThreads from "@sluice/rest-source/threads/ReadingThreads"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Layer from "effect/Layer"
import * as FaultyApi from "../../../rest-source/test/support/FaultyApi.ts"
import type * as Reply from "../../../rest-source/test/support/Reply.ts"
import { Code } from "./ThreadCode.ts"

const client = SourceClient.layer(Proxies.none)
const inPlace = Effect.provide(client)
/** Threads that many tests share, since starting threads for each takes long. */
class SharedThreads extends Context.Tag("test/SharedThreads")<SharedThreads, Context.Context<Ways>>() {
  static readonly layer = Layer.scoped(SharedThreads, Layer.build(Layer.merge(Code.threads(), client)))
}
type Ways = Layer.Layer.Success<ReturnType<typeof Code.threads>> | Layer.Layer.Success<typeof client>

const inThreads = (options: Partial<ReadingThreads.Options> = {}) =>
  Effect.provide(Layer.merge(Code.threads(options), client))

/** Sends a text in parts that end at these offsets. */
const parts =
  (text: string, cuts: ReadonlyArray<number>): Reply.Reply =>
  ({ response }) => {
    const bytes = Buffer.from(text)
    const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b)
    response.writeHead(200, { "content-type": "application/json" })
    for (const [i, to] of [...places, bytes.length].entries()) response.write(bytes.subarray(places[i - 1] ?? 0, to))
    response.end()
  }

/** The chunks of a text, or the error. */
const read = <A>(endpoint: Endpoint<A>, text: string, cuts: ReadonlyArray<number> = []) =>
  Effect.gen(function* () {
    const api = yield* FaultyApi.make
    yield* api.on("/rows", parts(text, cuts))
    const { next } = yield* PageReader.open(new URL(`${api.url}/rows`), {
      ...{ endpoint, token: undefined, maxBytes: 2 ** 30, maxRowBytes: 2_000, rowsOfChunk: 3 },
      ...{ idle: "30 seconds", total: "1 minute" }
    })
    const found = []
    for (let isLast = false; !isLast; ) {
      const taken = yield* next
      found.push(...taken.chunks)
      isLast = taken.isLast
    }
    return found.map(({ ids, page: { rejected, rows, unknownFields }, size }) => ({
      ...{ size, ids, rows, rejected, unknownFields }
    }))
  }).pipe(
    Effect.mapError((error) => ({ ...error, endpoint: undefined })),
    Effect.either,
    Effect.scoped
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

layer(Layer.provideMerge(SharedThreads.layer, Code.layer), { excludeTestServices: true })(
  "threads that read answers",
  (it) => {
    it.effect.prop(
      "read what is read in place, chunk by chunk, good rows and bad, wherever the bytes are cut; and refuse the same",
      [texts(message()), texts(user()), cuts],
      ([messages, users, at]) =>
        Effect.gen(function* () {
          const both = Effect.all([read(Endpoints.messages, messages, at), read(Endpoints.users, users, at)], {
            concurrency: "unbounded"
          })
          expect(yield* Effect.provide(both, yield* SharedThreads)).toStrictEqual(yield* inPlace(both))
        }),
      { fastCheck: { numRuns: 40 } }
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
        expect(yield* inThreads()(all)).toStrictEqual(yield* inPlace(all))
      })
    )

    it.effect("are not begun for the first few bytes", () =>
      Effect.gen(function* () {
        const { dying } = yield* Code
        const some = Effect.zip(read(Endpoints.messages, "[]"), read(Endpoints.messages, JSON.stringify([message()])))
        expect(yield* inThreads({ file: dying, bytesInPlace: 1_000 })(some)).toStrictEqual(yield* inPlace(some))
      })
    )

    it.effect("are begun for an answer that turns out to be long, which is asked for once more", () =>
      Effect.gen(function* () {
        const { dying, file } = yield* Code
        const text = JSON.stringify(Array.from({ length: 8_000 }, (_, id) => message({ id })))
        const long = read(Endpoints.messages, text)
        const options = { bytesInPlace: 2 ** 30, bytesOfAnswer: 100_000 }
        expect([
          yield* inThreads({ ...options, file })(long),
          yield* inThreads({ ...options, file: "relative.cjs" })(long),
          yield* inThreads({ ...options, file: dying })(long)
        ]).toStrictEqual([yield* inPlace(long), yield* inPlace(long), ended])
      })
    )

    it.effect("that the system does not give are not missed: answers are read in place", () =>
      Effect.gen(function* () {
        const one = read(Endpoints.messages, JSON.stringify([message()]), [20, 90])
        // Node throws, as if a process may have no more threads.
        expect(yield* inThreads({ file: "relative.cjs" })(one)).toStrictEqual(yield* inPlace(one))
      })
    )

    it.effect("that end take the reading with them, for a reason that quotes nothing of it; the next ones are new", () =>
      Effect.gen(function* () {
        const { dying } = yield* Code
        const twice = Effect.replicateEffect(read(Endpoints.messages, JSON.stringify([message()])), 2)
        expect(yield* inThreads({ file: dying })(twice)).toStrictEqual([ended, ended])
      })
    )
  }
)

const ended = Either.left({
  ...{ _tag: "SourceReaderEnded", why: "RangeError", retryable: true, endpoint: undefined }
})
