import { promisify } from "node:util"
import { brotliCompress, brotliDecompress, constants } from "node:zlib"
import type { Compression } from "@sluice/core/data/Spill"

/**
 * Compresses with Brotli at quality 1, in Node's thread pool. It is the fastest way in Node to compress packed rows to a third.
 * The fastest level of deflate takes half as long again and leaves them larger. Each chunk of output costs a turn of the main
 * thread. Node's default of 16 KB costs three times as much. A window of 256 KB compresses as well as one of 4 MB, and needs
 * less memory to decompress.
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
