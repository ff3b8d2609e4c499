import type * as Asset from "@sluice/core/asset/Asset"
import type { AssetGraph } from "@sluice/core/graph/AssetGraph"
import * as Selection from "@sluice/core/graph/Selection"
import { SelectionEmpty } from "@sluice/core/graph/SelectionInvalid"
import * as SelectionQuery from "@sluice/core/graph/SelectionQuery"
import * as SelectionText from "@sluice/core/graph/SelectionText"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Effect from "effect/Effect"
import { UsageError } from "../CliError.ts"
import * as PlanText from "../render/PlanText.ts"

/** The typed values of the argument and the options that select assets. */
export interface Typed {
  readonly assets: ReadonlyArray<string>
  readonly all: boolean
  readonly select: ReadonlyArray<string>
  readonly exclude: ReadonlyArray<string>
  readonly allowEmpty: boolean
}

/** Returns the selection as one expression, or `otherwise` if nothing is selected. Fails without `otherwise`. */
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
      detail: "Nothing is selected. Name assets, or give --all. `sluice list` shows every asset."
    })
  }
  return excluded === undefined
    ? included
    : Selection.and(included, Selection.not(yield* SelectionText.parseAll([excluded, ...more])))
})

/**
 * Returns the selection. Fails if it contains a name that the graph lacks. Returns undefined if it matches nothing and
 * `--allow-empty` is given. The planner resolves a selection that needs the run history.
 */
export const select = Effect.fn("assets.select")(function* (
  typed: Typed,
  graph: AssetGraph<Asset.Any>,
  otherwise?: Selection.Selection
) {
  const selection = yield* expressionOf(typed, otherwise)
  const matches = yield* SelectionQuery.resolve(selection, graph)
  if (matches.length > 0 || Selection.needsHistory(selection)) return selection
  return typed.allowEmpty
    ? undefined
    : yield* new SelectionEmpty({ selection: PlanText.selection(SelectionText.print(selection)) })
})

/** Explains why a selection that needs the run history is empty. */
export const explained = <A, E, R>(selection: Selection.Selection, looked: Effect.Effect<A, E, R>) =>
  Effect.catchIf(looked, isEmpty, (error) =>
    Effect.gen(function* () {
      const { message } = new SelectionEmpty({ selection: PlanText.selection(error.selection) })
      if (!Selection.needsHistory(selection)) return yield* new UsageError({ detail: message })
      const store = yield* RunStore
      const why =
        (yield* store.runs(1)).length === 0
          ? "It reads the run history, which has no run yet: every stored asset is state:never."
          : "It reads each asset's state and last step from the run history. `sluice list` shows the state of all assets."
      return yield* new UsageError({ detail: `${message}\n${why}` })
    })
  )

const isEmpty = (error: unknown): error is SelectionEmpty => error instanceof SelectionEmpty
