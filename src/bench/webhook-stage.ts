import { Effect } from "effect"
import { memcachedServer } from "./server-process.ts"
import { apiStandIn, loadGenerator, ourService } from "./webhook-processes.ts"
import { peopleInPairs, peopleWhoAsk, sceneLayer } from "./webhook-scene.ts"

/** What every part of the webhook benchmark needs: the stores with people in them, WeChat on both sides, and our service in plain mode. */
export const webhookStage = Effect.fnUntraced(function* (people: number) {
  const memcached = yield* memcachedServer
  const api = yield* apiStandIn
  const load = yield* loadGenerator
  yield* Effect.provide(
    Effect.andThen(peopleWhoAsk(people), peopleInPairs(people)),
    sceneLayer(memcached.port)
  )
  const ours = yield* ourService("plain", memcached.port, api.port)
  return { memcachedPort: memcached.port, api, load, ours }
})

export type WebhookStage = Effect.Success<ReturnType<typeof webhookStage>>
