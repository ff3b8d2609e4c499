import * as Schema from "effect/Schema"
import { didYouMean } from "../suggest.ts"

/** One problem of a set of assets. */
export type GraphProblem =
  | {
      readonly _tag: "DuplicateName"
      readonly name: string
      readonly places: ReadonlyArray<string>
    }
  | {
      readonly _tag: "InvalidName"
      readonly name: string
      readonly place: string
    }
  | {
      readonly _tag: "UnknownUpstream"
      readonly asset: string
      readonly upstream: string
      readonly place: string
    }
  | {
      readonly _tag: "ForeignUpstream"
      readonly asset: string
      readonly upstream: string
      readonly place: string
    }
  | { readonly _tag: "Cycle"; readonly path: ReadonlyArray<string> }

/** Describes a problem and its remedy, in one line. */
export const describe = (problem: GraphProblem, names: Iterable<string>): string => {
  switch (problem._tag) {
    case "Cycle":
      return `cycle: ${problem.path.join(" -> ")}. Remove one of these upstreams.`
    case "DuplicateName":
      return `"${problem.name}" is defined ${problem.places.length} times: ${problem.places.join(" and ")}. Rename all but one.`
    case "ForeignUpstream":
      return `"${problem.asset}" (${problem.place}) depends on another "${problem.upstream}" than the one in the graph. Use the same asset value in both.`
    case "InvalidName":
      return `"${problem.name}" (${problem.place}) is not an asset name. Use lower-case letters, digits and _, beginning with a letter; a prefix ends in /, as in shop/orders.`
    case "UnknownUpstream":
      return `"${problem.asset}" (${problem.place}) depends on "${problem.upstream}", which is not in the graph. Add that asset to AssetGraph.make.${didYouMean(problem.upstream, names)}`
  }
}

/** The assets do not make a graph. Carries every problem, sorted. */
export class GraphInvalid extends Schema.TaggedError<GraphInvalid>()("GraphInvalid", {
  problems: Schema.Array(Schema.String)
}) {
  readonly retryable = false
  override get message() {
    const count = this.problems.length
    return `The asset graph has ${count} problem${count === 1 ? "" : "s"}:\n${this.problems.map((problem) => `  - ${problem}`).join("\n")}`
  }
}
