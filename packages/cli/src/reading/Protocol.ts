import type { PackedRows } from "@sluice/assets/intake/PackedRows"
import type { Endpoint } from "@sluice/assets/source/Endpoint"
import type { Fault } from "@sluice/assets/source/JsonRows"
import type { CutterOptions, Piece } from "@sluice/assets/source/Piece"

/** What a reading thread is asked. It does one thing after the other, and answers every `Take`. */
export type Request = Open | Take | Close

/** A reader of one more text. */
export interface Open {
  readonly _tag: "Open"
  readonly reader: number
  readonly endpoint: Endpoint<unknown>["name"]
  readonly options: CutterOptions
}

/** The next bytes of its text; with the last ones the reader is gone. */
export interface Take {
  readonly _tag: "Take"
  readonly reader: number
  readonly bytes: Uint8Array
  readonly isLast: boolean
}

/** Nobody waits for the reader any more. */
export interface Close {
  readonly _tag: "Close"
  readonly reader: number
}

/** The pieces that are whole by now, or why there will be none. */
export type Reply = { readonly reader: number } & (
  | { readonly pieces: ReadonlyArray<PackedPiece>; readonly fault?: never }
  | { readonly fault: Fault; readonly pieces?: never }
)

/** A piece without its rows but for their packed form, of which threads can hand over the memory instead of copying it. */
export interface PackedPiece extends Pick<Piece<unknown>, "size" | "identity"> {
  readonly packed: PackedRows
  readonly rejected: Piece<unknown>["page"]["rejected"]
  readonly unknownFields: Piece<unknown>["page"]["unknownFields"]
}
