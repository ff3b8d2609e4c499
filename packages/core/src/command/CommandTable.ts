import type { Argument } from "./Argument.ts"
import type { Flag } from "./Flag.ts"

/**
 * The arguments and options of a command. Help, completions, the page on the command line and the command's values are derived
 * from it. A table is plain data, so help is shown without loading the command's code.
 */
export interface CommandTable<
  out Arguments extends AnyArguments = AnyArguments,
  out Options extends AnyOptions = AnyOptions
> {
  /** One word, or two: `list`, `runs show`. */
  readonly name: string
  /** One sentence, without a full stop. */
  readonly summary: string
  /** The arguments by their names in the command's code, in the order in which they are typed. */
  readonly arguments: Arguments
  /** The options by their names in the command's code, in the order in which help shows them. */
  readonly options: Options
  /** Command lines without the program's name, and the purpose of each. */
  readonly examples: ReadonlyArray<readonly [line: string, meaning: string]>
  /** The effect of the first Ctrl-C, such as `what is running rolls back`. Undefined if there is nothing to say. */
  readonly stopping?: string
}

type AnyArguments = Readonly<Record<string, Argument<unknown>>>
type AnyOptions = Readonly<Record<string, Flag<unknown>>>

/** The value of each argument and option of a table. */
export type Values<Table extends CommandTable> = {
  readonly [Name in keyof Table["arguments"]]: Table["arguments"][Name] extends Argument<infer A> ? A : never
} & {
  readonly [Name in keyof Table["options"]]: Table["options"][Name] extends Flag<infer A> ? A : never
}

/**
 * Describes a command.
 *
 * @example
 * ```ts
 * import * as CommandTable from "@sluice/core/command/CommandTable"
 * import * as Flag from "@sluice/core/command/Flag"
 *
 * const serve = CommandTable.make({
 *   name: "serve",
 *   summary: "Serves invented orders",
 *   arguments: {},
 *   options: {
 *     port: Flag.withDefault(Flag.wholeNumber("port", "N", [0, 65_535], "the port; 0 takes a free one"), 0)
 *   },
 *   examples: [["serve --port 8080", "on port 8080"]]
 * })
 * ```
 */
export const make = <const Arguments extends AnyArguments, const Options extends AnyOptions>(
  table: CommandTable<Arguments, Options>
): CommandTable<Arguments, Options> => table
