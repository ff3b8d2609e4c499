import type { WarehouseFailed } from "@sluice/warehouse/WarehouseFailed"
import * as Effect from "effect/Effect"
import * as Canaries from "./Canaries.ts"
import * as Api from "./CanaryApi.ts"
import * as Rows from "./CanaryRows.ts"
import type { CanaryStore } from "./CanaryStore.ts"
import type { Ledger } from "./Ledger.ts"
import type { Ended } from "./PipelineProcess.ts"

export const scenario = "a user is erased"

/** The name of the search for the erased user. */
export const place = "everything, for an erased user"

/** A user whose fields are all canaries, the id included. */
export interface Person {
  readonly canaries: Canaries.Canaries
  readonly id: string
  readonly users: ReadonlyArray<unknown>
  readonly messages: ReadonlyArray<unknown>
}

/** A user, an undecodable row of theirs, and their messages, among others. The same seed makes the same person. */
export const make = (seed: string): Person => {
  const canaries = Canaries.make(`${seed} erased`)
  const id = canaries.word("users.id")
  const others = Canaries.make(`${seed} others`)
  const user = { ...Rows.user(canaries, 0, "lost"), id }
  const wrong = { ...Rows.user(canaries, 0, "lost"), id, city: [canaries.text("a wrong city")] }
  const messages = ["senderId", "receiverId"].map((side, i) => ({ ...Rows.message(canaries, 9_000 + i), [side]: id }))
  return {
    canaries,
    id,
    users: [...Rows.users(others, 12), user, wrong],
    messages: [...Rows.messages(others, 12), ...messages]
  }
}

/**
 * Loads the user, erases them in every way, loads again from a source that still has them, and searches all stored data and all
 * output. Returns the steps that did not go as planned.
 */
export const carryOut = Effect.fn("CanaryErasure.carryOut")(function* (
  { id, messages, users }: Person,
  api: Api.CanaryApi,
  store: CanaryStore,
  ask: (args: ReadonlyArray<string>, stdin?: string) => Effect.Effect<Ended>,
  ledger: Ledger
): Effect.fn.Return<ReadonlyArray<string>, WarehouseFailed> {
  const problems: Array<string> = []
  api.answer({ users: [Api.rows(users)], messages: [Api.rows(messages)] })
  const steps: ReadonlyArray<readonly [name: string, code: number, args: ReadonlyArray<string>, stdin?: string]> = [
    ["loaded", 0, ["materialize", "--all", "--allow-fewer-rows"]],
    ["dry run", 0, ["erase", id, "--dry-run"]],
    ["an option that is none", 2, ["erase", `-x${id}`]],
    ["words in a wrong order", 2, [id, "erase"]],
    ["one argument too many", 2, ["erase", id, id]],
    ["an id that is too long", 2, ["erase", "-"], id.repeat(9)],
    ["erased", 0, ["erase", "-", "--json"], `${id}\n`],
    ["erased again", 0, ["erase", id]],
    ["loaded again", 0, ["materialize", "--all", "--json"]],
    ["runs", 0, ["runs", "list"]],
    ["run", 0, ["runs", "logs"]],
    ["report", 0, ["privacy", "report"]]
  ]
  for (const [name, code, args, stdin] of steps) {
    const told = yield* ask(args, stdin)
    ledger.look("standard output", name, told.stdout)
    ledger.look("standard error", name, told.stderr)
    if (told.code !== code) problems.push(`"${scenario}: ${name}" ended with ${told.code}, not with ${code}.`)
    if (name === "erased" && !/"users_raw": 1\b/.test(told.stdout.toString()))
      problems.push("The user to be erased was not there.")
  }
  yield* store.searchTables(ledger)
  yield* store.searchViews(ledger)
  if (store.filesForget) yield* store.searchFiles(ledger)
  return problems
})
