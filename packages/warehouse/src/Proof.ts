import * as Schema from "effect/Schema"
import { Difference } from "./checks/Difference.ts"

/** Whether it was tried that analysts cannot read what is not public, and what came out. */
export const Proof = Schema.Struct({
  /** `login`: as the analyst, on its connection. `files`: by the modes of files; there are no accounts. `nothing`: not proved. */
  by: Schema.Literal("login", "files", "nothing"),
  /** How many relations the server refused to the analyst. */
  refused: Schema.Int,
  /** What it did not refuse. */
  open: Schema.Array(Difference)
})
export type Proof = typeof Proof.Type
