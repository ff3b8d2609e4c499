import { promisify } from "node:util"
import { brotliCompress, brotliDecompress, constants } from "node:zlib"
import type { Compression } from "@sluice/core/data/Spill"

/**
 * Brotli at quality 1, in Node's thread pool: of what Node can do, the fastest that makes packed rows a third as large
 * (deflate's fastest level takes half as long again and leaves them larger). Each chunk of output is a turn of the main thread:
 * with Node's own, of 16 KB, they cost it three times as much. A window of 256 KB leaves rows as small as
 * one of 4 MB, which whoever unpacks has to make room for.
 */
export const brotli: Compression = {
  pack: (bytes) =>
    compress(bytes, {
      chunkSize: 131_072,
      params: {
        [constants.BROTLI_PARAM_QUALITY]: 1,
        [constants.BROTLI_PARAM_LGWIN]: 18,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length
      }
    }),
  unpack: (bytes) => decompress(bytes, { chunkSize: 262_144 })
}

const compress = promisify<Uint8Array, object, Uint8Array>(brotliCompress)
const decompress = promisify<Uint8Array, object, Uint8Array>(brotliDecompress)
