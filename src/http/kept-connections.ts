/** The connections that clients keep open between requests, and letting go of them before the server closes. */
import { type IncomingMessage, Server, type ServerResponse } from "node:http"
import { Context, Effect } from "effect"
import { makeEarlyRequests } from "./early-requests.ts"
import { type NodeListener, PastRouter } from "./past-router.ts"
import { bodyTimeoutMillis } from "./request-body.ts"

/**
 * A client that opens a connection and does not finish a request holds memory. Its head may take as long as a whole body, and
 * the whole request twice that. Node looks every `connectionCheckMillis`; its own limits are minutes.
 */
const headTimeoutMillis = bodyTimeoutMillis
const requestTimeoutMillis = 2 * bodyTimeoutMillis
const connectionCheckMillis = 500

/**
 * How long clients have to learn that their connection ends. A busy client asks again within this time; a connection that was
 * idle for so long hardly has a request on its way when it is closed.
 */
const letGoMillis = 500

export class KeptConnections extends Context.Service<
  KeptConnections,
  {
    /**
     * From now on every answer is the last on its connection (`Connection: close`). Closing the server alone would go on
     * serving clients that ask without a pause, as balancers do, and cut them off in the end.
     */
    readonly letGo: Effect.Effect<void>
  }
>()("xiaohou/http/KeptConnections") {}

/** Node's HTTP server, with limits for slow clients, and the way past its other listeners. */
export const boundedServer = (): {
  readonly server: Server
  readonly kept: KeptConnections["Service"]
  /** Answers with 503 who came before anybody served, and waits. Does nothing once somebody serves. */
  readonly refuseEarly: () => void
  readonly pastRouter: PastRouter["Service"]
} => {
  const underWay = new Set<ServerResponse>()
  let isLast = false
  const track = (response: ServerResponse) => {
    if (isLast) response.shouldKeepAlive = false
    underWay.add(response)
    response.once("close", () => underWay.delete(response))
  }
  const server = new DivertedServer(track)
  const letGo = Effect.andThen(
    Effect.sync(() => {
      isLast = true
      for (const response of underWay) response.shouldKeepAlive = false
    }),
    Effect.sleep(letGoMillis)
  )
  const takeOver = (listener: NodeListener) =>
    Effect.asVoid(
      Effect.acquireRelease(
        Effect.sync(() => {
          server.first = listener
        }),
        () =>
          Effect.sync(() => {
            server.first = nobody
          })
      )
    )
  return {
    server,
    kept: KeptConnections.of({ letGo }),
    refuseEarly: () => server.early.refuse(),
    pastRouter: PastRouter.of({ takeOver, isLast: () => isLast })
  }
}

const nobody: NodeListener = () => false

/** A server with one listener that gets each request before the router does; what comes before the router listens waits for it. */
class DivertedServer extends Server {
  first: NodeListener = nobody
  readonly early = makeEarlyRequests()
  readonly #track: (response: ServerResponse) => void

  constructor(track: (response: ServerResponse) => void) {
    super({
      headersTimeout: headTimeoutMillis,
      requestTimeout: requestTimeoutMillis,
      connectionsCheckingInterval: connectionCheckMillis
    })
    this.#track = track
    this.on("newListener", (event) => {
      // It listens when this has returned.
      if (event === "request") queueMicrotask(() => this.early.release((...early) => this.#serve(...early)))
    })
  }

  override emit(event: string, ...parts: ReadonlyArray<unknown>): boolean {
    if (event !== "request") return super.emit(event, ...parts)
    this.#serve(parts[0] as IncomingMessage, parts[1] as ServerResponse)
    return true
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    if (this.first(request, response)) return
    if (this.listenerCount("request") === 0) return this.early.keep(request, response)
    this.#track(response)
    super.emit("request", request, response)
  }
}
