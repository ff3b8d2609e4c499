import * as Context from "effect/Context"
import type { Session } from "./MysqlPool.ts"

/** The connection of the publish that a fiber is in, which its checks use: waiting for another one, all could wait for all. */
export class CurrentSession extends Context.Reference<CurrentSession>()("@sluice/warehouse/mysql/CurrentSession", {
  defaultValue: (): Session | undefined => undefined
}) {}
