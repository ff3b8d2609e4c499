import { randomBytes } from "node:crypto"
import { flavours, isAvailable, sharedPort } from "../servers/TestServers.ts"

/** The stores of the pipeline tests. */
export const stores = ["the embedded store", ...flavours] as const
export type Store = (typeof stores)[number]

/** Whether tests of a store can run. */
export const canUse = (store: Store): boolean => store === "the embedded store" || isAvailable(store)

/** The settings of a pipeline with a fresh store. On a server, the database and its accounts have unique names. */
export const fresh = async (store: Store): Promise<Readonly<Record<string, string>>> => {
  if (store === "the embedded store") return {}
  const server = `127.0.0.1:${await sharedPort(store)}`
  const name = `w${randomBytes(5).toString("hex")}`
  return {
    DATABASE_URL: `mysql://p_${name}:pipeline@${server}/${name}`,
    DATABASE_ADMIN_URL: `mysql://root@${server}`,
    ANALYST_USER: `a_${name}`,
    ANALYST_PASSWORD: "analyst"
  }
}
