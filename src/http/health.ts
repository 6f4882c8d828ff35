/** Whether the process runs (`/healthz`) and whether it can serve (`/readyz`: 503 and who is missing), for whoever operates it. */
import { Effect } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { Memcached } from "../memcached/memcached.ts"

export const healthRoutes = HttpRouter.use(
  Effect.fnUntraced(function* (router) {
    const memcached = yield* Memcached
    yield* router.add("GET", "/healthz", HttpServerResponse.text("ok\n"))
    yield* router.add(
      "GET",
      "/readyz",
      Effect.map(memcached.servers, (servers) => {
        const missing = servers.filter(({ healthy }) => !healthy)
        const lines = missing.map(
          ({ address, problem }) => `memcached ${address} does not answer: ${problem ?? "no reason known"}\n`
        )
        return missing.length === 0
          ? HttpServerResponse.text("ready\n")
          : HttpServerResponse.text(lines.join(""), { status: 503 })
      })
    )
  })
)
