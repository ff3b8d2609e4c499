import { promisify } from "node:util"
import { inflateRaw } from "node:zlib"
import type { PageIds } from "@sluice/warehouse/SourcePages"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** The ids of a page, as `PackedRows` has packed them; undefined for bytes that are something else. Beside the main thread. */
export const unpack = (bytes: PageIds): Effect.Effect<ReadonlyArray<string> | undefined> =>
  Effect.tryPromise(() => inflate()(bytes, { chunkSize })).pipe(
    Effect.flatMap((json) => decode(json.toString("utf8"))),
    Effect.orElseSucceed(() => undefined)
  )

const decode = Schema.decode(Schema.parseJson(Schema.Array(Schema.String)))

/** What is inflated in one turn of the main thread: the ids of a page of 5,000, mostly. */
const chunkSize = 65_536

/** Looked up when it is used: Node's module is loaded by then, and no command that unpacks nothing waits for it. */
const inflate = () => promisify<Uint8Array, { readonly chunkSize: number }, Buffer>(inflateRaw)
