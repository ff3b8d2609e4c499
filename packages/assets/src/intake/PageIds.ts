import { promisify } from "node:util"
import { deflateRaw, inflateRaw } from "node:zlib"
import type { PageIds } from "@sluice/warehouse/SourcePages"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** Ids as few bytes as are quickly made: consecutive numbers take two or three each. Beside the main thread. */
export const pack = (ids: ReadonlyArray<string>): Effect.Effect<PageIds> =>
  Effect.promise(() => deflate()(JSON.stringify(ids), { level: 1 }))

/** The ids again; undefined for bytes that are something else. */
export const unpack = (bytes: PageIds): Effect.Effect<ReadonlyArray<string> | undefined> =>
  Effect.tryPromise(() => inflate()(bytes)).pipe(
    Effect.flatMap((json) => decode(json.toString("utf8"))),
    Effect.orElseSucceed(() => undefined)
  )

const decode = Schema.decode(Schema.parseJson(Schema.Array(Schema.String)))

/** Looked up when it is used: Node's module is loaded by then, and no command that packs nothing waits for it. */
const deflate = () => promisify<string, { readonly level: number }, Uint8Array>(deflateRaw)
const inflate = () => promisify<Uint8Array, Buffer>(inflateRaw)
