import type { Agent, AgentOptions, ClientRequest } from "node:http"
import type { Duplex } from "node:stream"

/** Parts of Node's agents that its types omit. */
interface Untyped {
  /** Called for each request before its head is written. The path and the headers can still be changed. */
  addRequest: (request: ClientRequest, options: AgentOptions) => void
}

/** Calls a function with each request of an agent before it is sent. */
export const beforeEach = <A extends Agent>(agent: A, look: (request: ClientRequest) => void): A => {
  const untyped = agent as unknown as Untyped
  const { addRequest } = untyped
  untyped.addRequest = (request, options) => {
    look(request)
    addRequest.call(agent, request, options)
  }
  return agent
}

/** The callback of `createConnection`. */
export type Created = (error: Error | null, stream: Duplex) => void

/** Calls the callback with an error, and without the connection that its type requires. */
export const fail = (created: Created | undefined, error: Error): void =>
  (created as ((error: Error) => void) | undefined)?.(error)
