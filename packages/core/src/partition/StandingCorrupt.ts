import * as Schema from "effect/Schema"

/** The stored standing of an asset's partitions cannot be read. It can be made again from the events. */
export class StandingCorrupt extends Schema.TaggedError<StandingCorrupt>()("StandingCorrupt", {
  reason: Schema.String
}) {
  readonly retryable = false
  override get message() {
    return `The stored standing of the partitions cannot be read: ${this.reason}. Rebuild it from the events.`
  }
}
