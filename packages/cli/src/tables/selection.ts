import * as Argument from "@sluice/core/command/Argument"
import * as Flag from "@sluice/core/command/Flag"

/** The argument of every command that works on selected assets. */
export const assets = Argument.repeated("ASSET", "an asset's name, or an expression such as group:raw or 'orders_*'")

/** The options of every command that works on selected assets. */
export const options = {
  all: Flag.boolean("all", "every asset"),
  select: Flag.texts("select", "EXPR", "more assets: a name, group:raw, name+ …"),
  exclude: Flag.texts("exclude", "EXPR", "assets to leave out"),
  allowEmpty: Flag.boolean("allow-empty", "succeed and do nothing if no asset matches")
}
