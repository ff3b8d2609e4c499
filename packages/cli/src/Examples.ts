import type { CommandTable } from "@sluice/core/command/CommandTable"
import type * as Definitions from "@sluice/core/definitions/Definitions"
import * as Relations from "@sluice/core/definitions/Relations"
import * as Either from "effect/Either"

/** Names of a pipeline that stand in the examples of help, for `{asset}` and for `{view}`. */
export interface Names {
  readonly asset: string
  readonly view: string
}

/** Its first table and its first view, or what comes next to them. */
export const namesOf = ({ sealed }: Definitions.Any): Names =>
  Either.match(sealed, {
    onLeft: () => ({ asset: "ASSET", view: "VIEW" }),
    onRight: ({ graph, warehouse }) => {
      const [table] = warehouse.tables
      const asset = Relations.publishersOf(graph).get(table?.name ?? "") ?? graph.names[0] ?? "ASSET"
      return { asset, view: warehouse.views[0]?.name ?? table?.name ?? asset }
    }
  })

/** A table whose examples can be typed as they are. */
export const filled = (table: CommandTable, { asset, view }: Names): CommandTable => {
  const fill = (text: string) => text.replaceAll("{asset}", asset).replaceAll("{view}", view)
  return { ...table, examples: table.examples.map(([line, meaning]) => [fill(line), fill(meaning)]) }
}
