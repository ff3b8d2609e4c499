import * as Schema from "effect/Schema"
import { Difference } from "./checks/Difference.ts"

/** The result of trying to read, as the analyst, every relation that is not public. */
export const Proof = Schema.Struct({
  /**
   * `login`: tried on the analyst's connection. `files`: concluded from the modes of files, since there are no accounts.
   * `nothing`: not proved.
   */
  by: Schema.Literal("login", "files", "nothing"),
  /** The number of relations that the server refused to the analyst. */
  refused: Schema.Int,
  /** The relations that the server did not refuse. */
  open: Schema.Array(Difference)
})
export type Proof = typeof Proof.Type
