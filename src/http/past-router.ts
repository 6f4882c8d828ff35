import type { IncomingMessage, ServerResponse } from "node:http"
import { Context, type Effect, type Scope } from "effect"

/** Answers a request with Node's own means. False: it does not concern this listener; nothing was done, and the router gets it. */
export type NodeListener = (request: IncomingMessage, response: ServerResponse) => boolean

/**
 * The way past the router, for the one kind of request of which there may be thousands a second: what the router does before a
 * route takes as long as everything such a request needs.
 */
export class PastRouter extends Context.Service<
  PastRouter,
  {
    /** From now on `listener` is asked first, until the scope ends. */
    readonly takeOver: (listener: NodeListener) => Effect.Effect<void, never, Scope.Scope>
    /** True if answers are the last on their connections: the server is about to end. */
    readonly isLast: () => boolean
  }
>()("xiaohou/http/PastRouter") {}
