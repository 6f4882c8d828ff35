/** The connections that clients keep open between requests, and letting go of them before the server closes. */
import { type IncomingMessage, Server, type ServerResponse } from "node:http"
import { Context, Effect } from "effect"
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
  readonly pastRouter: PastRouter["Service"]
} => {
  const underWay = new Set<ServerResponse>()
  let isLast = false
  const server = new DivertedServer({
    headersTimeout: headTimeoutMillis,
    requestTimeout: requestTimeoutMillis,
    connectionsCheckingInterval: connectionCheckMillis
  })
  server.on("request", (_request, response) => {
    if (isLast) response.shouldKeepAlive = false
    underWay.add(response)
    response.once("close", () => underWay.delete(response))
  })
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
    pastRouter: PastRouter.of({ takeOver, isLast: () => isLast })
  }
}

const nobody: NodeListener = () => false

/** A server with one listener that gets each request before the registered ones do. */
class DivertedServer extends Server {
  first: NodeListener = nobody

  override emit(event: string, ...parts: ReadonlyArray<unknown>): boolean {
    const [request, response] = parts
    const isTaken = event === "request" && this.first(request as IncomingMessage, response as ServerResponse)
    return isTaken || super.emit(event, ...parts)
  }
}
