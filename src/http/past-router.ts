import type { IncomingMessage, ServerResponse } from "node:http"
import { Context, type Effect, type Scope } from "effect"

/** Answers a request with Node's own means. False: it is not for this one; nothing was done, and the router gets it. */
export type NodeListener = (request: IncomingMessage, response: ServerResponse) => boolean

/**
 * The way past the router, for the one kind of request of which there may be thousands a second: what is done for every request in front of
 * a route takes as long as all that such a request needs.
 */
export class PastRouter extends Context.Service<
  PastRouter,
  {
    /** From now on `listener` is asked first, until the scope ends. */
    readonly takeOver: (listener: NodeListener) => Effect.Effect<void, never, Scope.Scope>
    /** Answers are the last of their connections: the server is about to end. */
    readonly isLast: () => boolean
  }
>()("xiaohou/http/PastRouter") {}
