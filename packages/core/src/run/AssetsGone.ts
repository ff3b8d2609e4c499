import * as Schema from "effect/Schema"
import type * as Asset from "../asset/Asset.ts"
import { shellWord } from "../command/shellWord.ts"
import * as Selection from "../graph/Selection.ts"
import * as SelectionText from "../graph/SelectionText.ts"
import * as PartitionText from "../partition/PartitionText.ts"
import type { Plan } from "../plan/Plan.ts"

/** The pipeline no longer has some assets that a run has left unfinished. */
export class AssetsGone extends Schema.TaggedError<AssetsGone>()("AssetsGone", {
  runId: Schema.String,
  gone: Schema.Array(Schema.String),
  /** The commands that make the other assets, without the program's name. Empty if no other asset is left. */
  commands: Schema.Array(Schema.String)
}) {
  readonly retryable = false
  override get message() {
    const names = this.gone.map((name) => `"${name}"`).join(", ")
    const what = `The pipeline no longer has ${names}, which run ${this.runId} has left unfinished.`
    const commands = this.commands.map((command) => `\`sluice ${command}\``)
    return `${what} ${commands.length === 0 ? "Nothing else of it is left to make" : `Make the rest with ${commands.join(", then ")}`}.`
  }
}

/** The commands that make the given assets as a plan does: those of one expression together, in the order of the plan. */
export const commandsOf = (plan: Plan<Asset.Any>, names: ReadonlySet<string>): ReadonlyArray<string> => {
  const { cut, graph, steps } = plan
  const commands = new Map<string, Array<string>>()
  for (const { action, asset, partitionCount } of steps) {
    const isEphemeral = graph.assets[graph.indexOf(asset) ?? -1]?.storage._tag === "Ephemeral"
    // What is not stored is made with its readers.
    if (action === "load" || !names.has(asset) || isEphemeral) continue
    const [space, runs] = [cut?.cuts.spaceOf(asset), cut?.runs.get(asset)]
    const isMade = partitionCount !== undefined && space !== undefined && runs !== undefined
    const partitions = isMade ? shellWord(PartitionText.print(space, runs).replaceAll(", ", ",")) : ""
    const known = commands.get(partitions) ?? []
    commands.set(partitions, known)
    known.push(shellWord(SelectionText.print(Selection.name(asset))))
  }
  return [...commands].map(([partitions, assets]) =>
    partitions === "" ? `materialize ${assets.join(" ")}` : `backfill ${assets.join(" ")} --partitions ${partitions}`
  )
}
