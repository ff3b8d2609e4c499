/**
 * The hot path without network and store. Pages of the sample API's rows are decoded, ingested (versioned, checked for
 * duplicates, packed, spilled), and read back by as many concurrent readers as in the pipeline. It reports microseconds per row
 * beside JSON.parse of the same pages, and the peak memory of ingesting messages, and five times as many, from a generator.
 */
import { createHmac } from "node:crypto"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as Message from "@sluice/assets/domain/Message"
import * as User from "@sluice/assets/domain/User"
import * as SpillCodecs from "@sluice/assets/privacy/spillCodecs"
import * as Generate from "@sluice/assets/sample/generate"
import * as Rows from "@sluice/assets/sample/Rows"
import * as BlockCompression from "@sluice/cli/wiring/BlockCompression"
import type { Failure } from "@sluice/core/asset/Failure"
import { StepContext } from "@sluice/core/asset/StepContext"
import * as Changes from "@sluice/core/data/Changes"
import * as Dataset from "@sluice/core/data/Dataset"
import type { Codec } from "@sluice/core/data/Packed"
import { Spill } from "@sluice/core/data/Spill"
import * as DecodedRows from "@sluice/core/source/DecodedRows"
import type { Decoder } from "@sluice/core/source/Decoder"
import { Fingerprints } from "@sluice/core/source/Fingerprints"
import { Quarantine } from "@sluice/core/source/Quarantine"
import { Suppressions } from "@sluice/core/source/Suppressions"
import * as Ingest from "@sluice/rest-source/ingest/Ingest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { type Figure, flag, inTurn, report } from "./harness.ts"

const users = flag("users", 200_000, 2_000)
const messages = flag("messages", 2_000_000, 10_000)
const runs = flag("runs", 5, 1)
const pageSize = 5_000
/** The number of timed pages. */
const sampled = 20

interface Source<A> {
  readonly name: string
  readonly rows: Rows.Rows
  readonly decoder: Decoder<A>
  readonly codec: Codec<A>
  readonly id: (row: A) => string
  readonly version: (row: A) => string
  readonly people: (row: A) => ReadonlyArray<string>
  readonly isPerson: boolean
  /** The number of assets that read it. */
  readonly readers: number
}

const size = { users, messages, seed: 1 }
const ofUsers: Source<User.User> = {
  name: "users",
  rows: Generate.users(size),
  decoder: User.decoder,
  codec: SpillCodecs.users,
  id: (user) => user.id,
  version: (user) => user.updatedAt,
  people: (user) => [user.id],
  isPerson: true,
  readers: 5
}
const ofMessages = (count: number): Source<Message.Message> => ({
  name: "messages",
  rows: Generate.messages({ ...size, messages: count }),
  decoder: Message.decoder,
  codec: SpillCodecs.messages,
  id: (message) => message.id,
  version: (message) => message.createdAt,
  people: (message) => [message.senderId, message.receiverId],
  isPerson: false,
  readers: 1
})

const services = Layer.mergeAll(
  Layer.provide(Spill.layer({ rowsInMemory: 100_000, compression: BlockCompression.brotli }), NodeFileSystem.layer),
  Layer.mock(Quarantine, { replace: () => Effect.void }),
  Layer.succeed(Fingerprints, {
    seal: (bytes) => bytes,
    open: (sealed) => sealed,
    start: () => {
      const hmac = createHmac("sha256", "a key")
      return { add: (chunk) => void hmac.update(chunk), end: () => hmac.digest("base64url") }
    }
  }),
  Suppressions.layerNone
)

const textOf = (rows: Rows.Rows, page: number) => `[${Rows.join(rows, page * pageSize, (page + 1) * pageSize)}]`
const pageCount = (rows: Rows.Rows) => Math.ceil(rows.count / pageSize)

/** Ingests a source to its end, as a step does. */
const collect = Effect.fnUntraced(function* <A>(source: Source<A>, pages: Stream.Stream<DecodedRows.DecodedRows<A>>) {
  let rest: Effect.Effect<unknown, Failure> = Effect.void
  const rows = yield* Effect.provideService(Ingest.collect({ ...source, pages, since: undefined }), StepContext, {
    runId: "bench",
    asset: "bench",
    attempt: 1,
    slice: undefined,
    late: () => {},
    progress: () => {},
    metadata: () => {},
    dataVersion: () => {},
    staged: () => Effect.void,
    handOff: (work) => {
      rest = work
    },
    lastMadeFrom: undefined,
    last: undefined,
    concluded: Effect.void
  })
  yield* rest
  return yield* Changes.whole(rows)
})

const read = <A>(rows: Dataset.Dataset<A>, readers: number) =>
  Effect.forEach(Array.from({ length: readers }), () => Dataset.forEachChunk(rows, () => Effect.yieldNow()), {
    concurrency: "unbounded"
  })

/** Times each stage over some pages of a source. */
const stages = async <A>(source: Source<A>): Promise<ReadonlyArray<Figure>> => {
  const texts = Array.from({ length: Math.min(sampled, pageCount(source.rows)) }, (_, page) => textOf(source.rows, page))
  const parsed = texts.map((text): ReadonlyArray<unknown> => JSON.parse(text))
  const count = parsed.reduce((sum, rows) => sum + rows.length, 0)
  const decode = () => parsed.map((rows, page) => DecodedRows.decode(source.decoder, rows, page * pageSize))
  const pages = decode()
  const ingest = (rowsInMemory: number, readers: number) => () =>
    Effect.runPromise(
      Effect.flatMap(collect(source, Stream.fromIterable(pages)), (rows) => read(rows, readers)).pipe(
        Effect.scoped,
        Effect.provide(
          Layer.provide(Spill.layer({ rowsInMemory, compression: BlockCompression.brotli }), NodeFileSystem.layer)
        ),
        Effect.provide(services)
      )
    )
  const [floor = 0, decoding = 0, inMemory = 0, spilled = 0, once = 0, all = 0] = await inTurn(
    runs,
    () => texts.map((text) => JSON.parse(text)),
    decode,
    ingest(Number.POSITIVE_INFINITY, 0),
    ingest(0, 0),
    ingest(0, 1),
    ingest(0, source.readers)
  )
  const perRow = (what: string, millis: number): Figure => ({
    what: `${source.name}: ${what}`,
    unit: "µs",
    value: (millis * 1_000) / count,
    floor: { what: "JSON.parse", value: (floor * 1_000) / count }
  })
  return [
    perRow("decode", decoding),
    perRow("take in, packed in memory", inMemory),
    perRow("take in, spilled", spilled),
    perRow("read back once", once - spilled),
    ...(source.readers > 1 ? [perRow(`read back by ${source.readers} at once`, all - spilled)] : [])
  ]
}

/** Ingests a source while its pages are generated and parsed, reads it once, and returns the peak memory in MB. */
const peak = async <A>(source: Source<A>): Promise<number> => {
  globalThis.gc?.()
  let most = 0
  const look = () => {
    most = Math.max(most, process.memoryUsage.rss())
  }
  const pages = Stream.range(0, pageCount(source.rows) - 1).pipe(
    Stream.rechunk(1),
    Stream.map((page) => {
      look()
      return DecodedRows.decode(source.decoder, JSON.parse(textOf(source.rows, page)), page * pageSize)
    })
  )
  const program = Effect.flatMap(collect(source, pages), (rows) => Dataset.forEachChunk(rows, () => Effect.sync(look)))
  await Effect.runPromise(Effect.provide(Effect.scoped(program), services))
  return most / 1e6
}

// Memory first, before other measurements leave garbage.
const once = await peak(ofMessages(messages))
const more = await peak(ofMessages(messages * 5))
const figures = [...(await stages(ofUsers)), ...(await stages(ofMessages(messages)))]
report("ingest", `pages of ${pageSize} rows, medians of ${runs} runs in turn`, [
  ...figures,
  { what: `peak memory, ${messages.toLocaleString("en")} messages`, unit: "MB", value: once },
  {
    what: `peak memory, ${(messages * 5).toLocaleString("en")} messages`,
    unit: "MB",
    value: more,
    floor: { what: `with ${messages.toLocaleString("en")}`, value: once }
  }
])
