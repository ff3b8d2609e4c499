import type * as Asset from "@sluice/core/asset/Asset"
import type { AssetGraph } from "@sluice/core/graph/AssetGraph"
import * as Selection from "@sluice/core/graph/Selection"
import { SelectionEmpty } from "@sluice/core/graph/SelectionInvalid"
import * as SelectionQuery from "@sluice/core/graph/SelectionQuery"
import * as SelectionText from "@sluice/core/graph/SelectionText"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Effect from "effect/Effect"
import { UsageError } from "../CliError.ts"

/** What was typed of the argument and options that select assets. */
export interface Typed {
  readonly assets: ReadonlyArray<string>
  readonly all: boolean
  readonly select: ReadonlyArray<string>
  readonly exclude: ReadonlyArray<string>
  readonly allowEmpty: boolean
}

/** What was selected, as one expression; `otherwise` where nothing was, which is an error without it. */
export const expressionOf = Effect.fn("assets.expression")(function* (typed: Typed, otherwise?: Selection.Selection) {
  const [first, ...rest] = [...typed.assets, ...typed.select]
  if (typed.all && first !== undefined) {
    return yield* new UsageError({
      detail: `Name assets or give --all, not both: --all means ${[first, ...rest].join(" ")} too.`
    })
  }
  const [excluded, ...more] = typed.exclude
  const everything = typed.all || excluded !== undefined ? Selection.all : otherwise
  const included = first === undefined ? everything : yield* SelectionText.parseAll([first, ...rest])
  if (included === undefined) {
    return yield* new UsageError({
      detail: "Nothing is selected. Name assets, or give --all. `pnpm assets list` shows every asset."
    })
  }
  return excluded === undefined
    ? included
    : Selection.and(included, Selection.not(yield* SelectionText.parseAll([excluded, ...more])))
})

/**
 * The same, every name of it known to the graph; undefined where it matches nothing and may. What it takes history to answer
 * is left to the planner.
 */
export const select = Effect.fn("assets.select")(function* (
  typed: Typed,
  graph: AssetGraph<Asset.Any>,
  otherwise?: Selection.Selection
) {
  const selection = yield* expressionOf(typed, otherwise)
  const matches = yield* SelectionQuery.resolve(selection, graph)
  if (matches.length > 0 || Selection.needsHistory(selection)) return selection
  return typed.allowEmpty ? undefined : yield* new SelectionEmpty({ selection: SelectionText.print(selection) })
})

/** What looks for a selection that asks history says, where nothing matches, what was asked and why nothing is found. */
export const explained = <A, E, R>(selection: Selection.Selection, looked: Effect.Effect<A, E, R>) =>
  Effect.catchIf(looked, isEmpty, (error) =>
    Effect.gen(function* () {
      if (!Selection.needsHistory(selection)) return yield* error
      const store = yield* RunStore
      const why =
        (yield* store.runs(1)).length === 0
          ? "It asks the run history, and no run is recorded there yet: every stored asset is state:never."
          : "It asks the run history how each asset stands and how its last step ended. `pnpm assets list` shows how all stand."
      return yield* new UsageError({ detail: `${error.message}\n${why}` })
    })
  )

const isEmpty = (error: unknown): error is SelectionEmpty => error instanceof SelectionEmpty
