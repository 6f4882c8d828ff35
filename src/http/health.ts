/** Whether the process runs (`/healthz`) and whether it can serve (`/readyz`: 503, and what is missing), for operators and balancers. */
import { Effect, Option } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { Database } from "../database/database.ts"
import { Memcached } from "../memcached/memcached.ts"

export const healthRoutes = HttpRouter.use(
  Effect.fnUntraced(function* (router) {
    const memcached = yield* Memcached
    const database = yield* Database
    yield* router.add("GET", "/healthz", HttpServerResponse.text("ok\n"))
    yield* router.add(
      "GET",
      "/readyz",
      Effect.map(
        Effect.all([memcached.servers, database.problem], { concurrency: 2 }),
        ([servers, problem]) => {
          const missing = [
            ...servers
              .filter(({ healthy }) => !healthy)
              .map(
                ({ address, problem }) =>
                  `memcached ${address} does not answer: ${problem ?? "no reason known"}\n`
              ),
            ...Option.match(problem, {
              onNone: () => [],
              onSome: (reason) => [`the database does not answer: ${reason}\n`]
            })
          ]
          return missing.length === 0
            ? HttpServerResponse.text("ready\n")
            : HttpServerResponse.text(missing.join(""), { status: 503 })
        }
      )
    )
  })
)
