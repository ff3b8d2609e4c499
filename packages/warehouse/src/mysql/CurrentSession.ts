import * as Context from "effect/Context"
import type { Session } from "./MysqlPool.ts"

/**
 * The connection of the fiber's publish, which its checks use. If checks waited for another connection, all publishers could
 * wait for each other.
 */
export class CurrentSession extends Context.Reference<CurrentSession>()("@sluice/warehouse/mysql/CurrentSession", {
  defaultValue: (): Session | undefined => undefined
}) {}
