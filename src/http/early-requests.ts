/** Requests that come while the service is still being put together: the port is open by then, and nobody listens to it yet. */
import type { IncomingMessage, ServerResponse } from "node:http"

/** As many as wait; each holds a connection, and few clients know of a server that has just begun. */
const mostEarlyRequests = 1_000

/** Not yet, or not any more: WeChat and balancers ask again. */
const unavailable = 503

export interface EarlyRequests {
  /** Keeps it until `release`; answers with 503 if too many wait, or after `refuse`. */
  readonly keep: (request: IncomingMessage, response: ServerResponse) => void
  /** Gives all to `serve`, in the order in which they came; who has gone meanwhile is left out. */
  readonly release: (serve: (request: IncomingMessage, response: ServerResponse) => void) => void
  /** The service does not come: all are answered with 503. A server cannot close while they wait. */
  readonly refuse: () => void
}

export const makeEarlyRequests = (): EarlyRequests => {
  let waiting: Array<readonly [IncomingMessage, ServerResponse]> = []
  let isRefusing = false
  const take = () => {
    const taken = waiting.filter(([, response]) => !response.destroyed)
    waiting = []
    return taken
  }
  return {
    keep: (request, response) => {
      if (isRefusing || waiting.length >= mostEarlyRequests) return turnAway(response)
      waiting.push([request, response])
    },
    release: (serve) => {
      for (const [request, response] of take()) serve(request, response)
    },
    refuse: () => {
      isRefusing = true
      for (const [, response] of take()) turnAway(response)
    }
  }
}

const turnAway = (response: ServerResponse): void => {
  response.shouldKeepAlive = false
  response.writeHead(unavailable).end()
}
