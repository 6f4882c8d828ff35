import { Clock, Effect } from "effect"
import type { Openid } from "../core/openid.ts"
import type { RoomId } from "../core/room.ts"
import type { Sentence } from "../core/sentence.ts"
import type { MemcachedError } from "../memcached/memcached.ts"
import { makeActedAfter } from "./acted-after.ts"
import type { Later } from "./answer.ts"
import { Background } from "./background.ts"
import { Rooms } from "./rooms.ts"

/** How often a held exchange looks whether somebody came. */
export const heldPollMillis = 250

/**
 * If nothing can be pushed, the exchange in which a user asked for a partner is held. It ends with a notice as soon as
 * something becomes of the waiting room, and at the last moment with 正在配对.
 */
export const makeHeldSearch = Effect.gen(function* () {
  const background = yield* Background
  const actedAfter = yield* makeActedAfter
  const rooms = yield* Rooms

  /** `room`: where they have waited since `askedAtMillis`. `told`: what there is to say about it. */
  return (
    openid: Openid,
    room: RoomId,
    askedAtMillis: number,
    told: Effect.Effect<ReadonlyArray<Sentence>, MemcachedError>
  ): Later =>
    (byMillis) =>
      Effect.gen(function* () {
        while ((yield* rooms.read(room)).value?._tag === "Waiting") {
          const left = byMillis - (yield* Clock.currentTimeMillis)
          if (left <= 0) break
          const isEnding = yield* Effect.raceFirst(
            Effect.as(Effect.sleep(Math.min(heldPollMillis, left)), false),
            Effect.as(background.ending, true)
          )
          if (isEnding) break
        }
        const sentences = yield* told
        // Whoever did something else was told by its answer how things stand.
        return (yield* actedAfter(openid, askedAtMillis))
          ? sentences.filter(({ _tag }) => _tag !== "Looking")
          : sentences
      })
})
