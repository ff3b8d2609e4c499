import * as FileSystem from "@effect/platform/FileSystem"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"

/** Rows of a dataset could not be written to disk or read back. */
export class SpillFailed extends Schema.TaggedError<SpillFailed>()("SpillFailed", {
  operation: Schema.Literal("opened", "written", "read"),
  reason: Schema.String
}) {
  readonly retryable = false
  override get message() {
    return `The temporary file for large datasets could not be ${this.operation} (${this.reason}). ${this.remedy}, or raise SLUICE_ROWS_IN_MEMORY.`
  }
  private get remedy(): string {
    if (this.reason === "EMFILE") return "This process may open too few files: raise its limit (`ulimit -n 256`)"
    return this.operation === "opened" && this.reason !== "ENOSPC" && this.reason !== "EDQUOT"
      ? "Name a temporary directory that this user may write (TMPDIR)"
      : "Free some space in the temporary directory (TMPDIR)"
  }
}

/** The place of one encrypted block in a spill file. */
export interface Block {
  readonly index: number
  readonly offset: bigint
  readonly length: number
}

/** A file that only this process can read: its key exists in memory only. Any number of fibers may use it. */
export interface SpillFile {
  /** Compresses, encrypts and appends one block. */
  readonly write: (bytes: Uint8Array) => Effect.Effect<Block, SpillFailed>
  /** Reads a block back. */
  readonly read: (block: Block) => Effect.Effect<Uint8Array, SpillFailed>
}

/** Compresses blocks before they are encrypted, off the main thread. */
export interface Compression {
  readonly pack: (bytes: Uint8Array) => Promise<Uint8Array>
  readonly unpack: (bytes: Uint8Array) => Promise<Uint8Array>
}

/** Disk space for rows that do not fit in memory. */
export class Spill extends Context.Tag("@sluice/core/Spill")<
  Spill,
  {
    /** The most rows of one dataset that stay in memory. */
    readonly rowsInMemory: number
    /** The most bytes of packed rows of one dataset that stay in memory. */
    readonly bytesInMemory: number
    /**
     * Opens a new file, which the scope removes. The file is unlinked as soon as it is open, so a killed process leaves nothing
     * behind. Uninterruptible, and short. Pass `compress: false` for random bytes.
     */
    readonly open: (options: { readonly compress: boolean }) => Effect.Effect<SpillFile, SpillFailed, Scope.Scope>
  }
>() {
  declare readonly "~given": true

  static readonly layer = (options: {
    readonly rowsInMemory: number
    /** Default: 2 MiB. */
    readonly bytesInMemory?: number
    /** Default: none. */
    readonly compression?: Compression
    /** Default: the system's directory for temporary files. */
    readonly directory?: string
    /** The prefix of each file's directory. It identifies what a killed process left behind. */
    readonly prefix?: string
  }): Layer.Layer<Spill, never, FileSystem.FileSystem> =>
    Layer.effect(
      Spill,
      Effect.map(FileSystem.FileSystem, (fs) =>
        Spill.of({
          rowsInMemory: options.rowsInMemory,
          bytesInMemory: options.bytesInMemory ?? 2 * 1024 * 1024,
          open: ({ compress }) => openFile(fs, options, (compress ? options.compression : undefined) ?? uncompressed)
        })
      )
    )

  /** Never spills. Use it for tests and small data. */
  static readonly layerMemory: Layer.Layer<Spill> = Layer.succeed(Spill, {
    rowsInMemory: Number.POSITIVE_INFINITY,
    bytesInMemory: Number.POSITIVE_INFINITY,
    open: () => Effect.dieMessage("a dataset in memory was asked to spill")
  })
}

/** Keeps some bytes, and returns an Effect that reads them back. */
export type Keep = (bytes: Uint8Array) => Effect.Effect<Effect.Effect<Uint8Array, SpillFailed>, SpillFailed>

/** Keeps the first `bytesInMemory` bytes in memory, and the rest in a file that the scope removes. */
export const keeper = Effect.fnUntraced(function* (
  bytesInMemory: number,
  options: { readonly compress: boolean }
): Effect.fn.Return<Keep, never, Spill | Scope.Scope> {
  const scope = yield* Effect.scope
  const { open } = yield* Spill
  const file = yield* Effect.cached(Effect.provideService(open(options), Scope.Scope, scope))
  let kept = 0
  return Effect.fnUntraced(function* (bytes) {
    kept += bytes.length
    if (kept <= bytesInMemory) return Effect.succeed(bytes)
    const { read, write } = yield* file
    return read(yield* write(bytes))
  })
})

const uncompressed: Compression = { pack: (bytes) => Promise.resolve(bytes), unpack: (bytes) => Promise.resolve(bytes) }

/** AES-256-GCM with a fresh key for each file. The nonce is the block's index, so it never repeats (NIST SP 800-38D). */
const openFile = Effect.fnUntraced(
  function* (
    fs: FileSystem.FileSystem,
    { directory, prefix = "sluice-" }: { readonly directory?: string; readonly prefix?: string },
    compression: Compression
  ) {
    const key = yield* Effect.promise(() =>
      crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"])
    )
    const remove = (path: string) => Effect.ignore(fs.remove(path, { recursive: true }))
    const place = yield* Effect.acquireRelease(
      fs.makeTempDirectory({ prefix, ...(directory === undefined ? {} : { directory }) }),
      remove
    )
    // Removed at once, so that a killed process leaves nothing behind, and again later, on systems that cannot remove an open
    // file.
    const file = yield* Effect.ensuring(fs.open(`${place}/rows`, { flag: "wx+", mode: 0o600 }), remove(place))
    const oneAtATime = yield* Effect.makeSemaphore(1)
    let end = 0n
    let count = 0

    // An interrupted write could reach a file that is closed by then.
    const alone = <A, E>(use: Effect.Effect<A, E>) => oneAtATime.withPermits(1)(Effect.uninterruptible(use))
    const append = Effect.fnUntraced(function* (index: number, sealed: Uint8Array) {
      const block = { index, offset: end, length: sealed.length }
      yield* file.seek(end, "start")
      yield* file.writeAll(sealed)
      end += BigInt(sealed.length)
      return block
    })

    const spillFile: SpillFile = {
      write: Effect.fnUntraced(
        function* (bytes) {
          const index = count++
          const packed = yield* Effect.promise(() => compression.pack(bytes))
          const sealed = new Uint8Array(yield* Effect.promise(() => crypto.subtle.encrypt(algorithm(index), key, packed)))
          return yield* alone(append(index, sealed))
        },
        Effect.mapError(failed("written"))
      ),
      read: Effect.fnUntraced(
        function* (block) {
          const sealed = new Uint8Array(block.length)
          yield* alone(Effect.zipRight(file.seek(block.offset, "start"), readFully(file, sealed)))
          const packed = yield* Effect.promise(() => crypto.subtle.decrypt(algorithm(block.index), key, sealed))
          return yield* Effect.promise(() => compression.unpack(new Uint8Array(packed)))
        },
        Effect.mapError(failed("read"))
      )
    }
    return spillFile
  },
  Effect.mapError(failed("opened")),
  Effect.uninterruptible
)

const algorithm = (index: number) => {
  const iv = new Uint8Array(12)
  new DataView(iv.buffer).setBigUint64(4, BigInt(index))
  return { name: "AES-GCM", iv }
}

const readFully = Effect.fnUntraced(function* (file: FileSystem.File, into: Uint8Array) {
  for (let filled = 0; filled < into.length; ) {
    const count = Number(yield* file.read(into.subarray(filled)))
    if (count === 0)
      return yield* new SpillFailed({
        operation: "read",
        reason: "the file ended early"
      })
    filled += count
  }
})

function failed(operation: SpillFailed["operation"]) {
  return (error: Trouble) => (error instanceof SpillFailed ? error : new SpillFailed({ operation, reason: reasonOf(error) }))
}

/** The fields of a file system error that are read. */
interface Trouble {
  readonly _tag: string
  readonly reason?: string
  readonly cause?: unknown
}

/**
 * The reason of a file system error. For a reason that the platform calls unknown, such as a full disk, the system's own code.
 */
const reasonOf = ({ _tag, cause, reason = _tag }: Trouble): string =>
  reason === "Unknown" && Predicate.hasProperty(cause, "code") && typeof cause.code === "string" ? cause.code : reason
