import type { CommandTable } from "@sluice/core/command/CommandTable"
import type * as Definitions from "@sluice/core/definitions/Definitions"
import * as Relations from "@sluice/core/definitions/Relations"
import * as Either from "effect/Either"

/** Names of a pipeline for the examples in help: `{asset}` and `{view}`. */
export interface Names {
  readonly asset: string
  readonly view: string
}

/** Returns the names of the first table and the first view, or the nearest substitutes. */
export const namesOf = ({ sealed }: Definitions.Any): Names =>
  Either.match(sealed, {
    onLeft: () => ({ asset: "ASSET", view: "VIEW" }),
    onRight: ({ graph, warehouse }) => {
      const [table] = warehouse.tables
      const asset = Relations.publishersOf(graph).get(table?.name ?? "") ?? graph.names[0] ?? "ASSET"
      return { asset, view: warehouse.views[0]?.name ?? table?.name ?? asset }
    }
  })

/** Fills the names into a table's examples, so that they can be typed as shown. */
export const filled = (table: CommandTable, { asset, view }: Names): CommandTable => {
  const fill = (text: string) => text.replaceAll("{asset}", asset).replaceAll("{view}", view)
  return { ...table, examples: table.examples.map(([line, meaning]) => [fill(line), fill(meaning)]) }
}
