/** `GET /simulator/state`: who is in which state, for the page of the demo. It knows the chat only by what it is given. */
import { Effect } from "effect"
import { HttpServerResponse, type HttpRouter } from "effect/http"
import type { Platform } from "./platform.ts"

export interface SeenPerson {
  readonly openid: string
  /** The number of the state, as the contract has it. */
  readonly state: number
  readonly room?: string
  readonly partner?: string
}

export interface ChatOverview {
  readonly people: ReadonlyArray<SeenPerson>
  /** How many rooms stand in the lobby. */
  readonly waiting: number
}

/** How the page looks at the chat; given the openids of all phones. */
export type Look = (openids: ReadonlyArray<string>) => Effect.Effect<ChatOverview, unknown>

/** Adds the route. Without a look at the chat there is nothing to show: 204. */
export const addPageState = (
  router: HttpRouter.HttpRouter,
  platform: Platform["Service"],
  look: Look | undefined
) => {
  if (look === undefined) {
    return router.add("GET", "/simulator/state", HttpServerResponse.empty({ status: 204 }))
  }
  const answer = Effect.gen(function* () {
    const { phones } = yield* platform.snapshot
    return HttpServerResponse.jsonUnsafe(yield* look(phones.map(({ openid }) => openid)), {
      headers: { "cache-control": "no-store" }
    })
  })
  return router.add(
    "GET",
    "/simulator/state",
    Effect.orElseSucceed(answer, () => HttpServerResponse.empty({ status: 503 }))
  )
}
