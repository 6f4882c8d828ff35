/** The limit of messages per person and minute, shared by all servers. */
import { Clock, Context, Effect, Layer } from "effect"
import type { Openid } from "../core/openid.ts"
import { Memcached } from "../memcached/memcached.ts"
import { keys, ttlSeconds } from "./keys.ts"

/** Two a second for a whole minute: more than thumbs can write and a partner can read, and little enough for a program that floods. */
export const messagesPerMinute = 120

/**
 * So many messages of a minute one server counts by itself: an ordinary chat costs memcached nothing. From the next one on they
 * are counted together.
 */
export const countedAlone = 20

/** `justOver`: the first message above the limit in this minute; its writer is told. */
export type Pace = "fine" | "justOver" | "over"

export class MessageLimit extends Context.Service<
  MessageLimit,
  {
    /** Counts a message. While memcached cannot be reached this server counts alone. */
    readonly count: (openid: Openid) => Effect.Effect<Pace>
  }
>()("xiaohou/chat/MessageLimit") {
  static readonly layer = Layer.effect(
    MessageLimit,
    Effect.gen(function* () {
      const memcached = yield* Memcached
      let minute = 0
      let counts = new Map<Openid, number>()

      const count = Effect.fnUntraced(function* (openid: Openid) {
        const current = Math.floor((yield* Clock.currentTimeMillis) / minuteMillis)
        if (current !== minute) {
          minute = current
          counts = new Map()
        }
        const own = (counts.get(openid) ?? 0) + 1
        counts.set(openid, own)
        if (own <= countedAlone) return "fine"
        const added = own === countedAlone + 1 ? own : 1
        return yield* memcached.increment(keys.pace(openid, current), added, added, ttlSeconds.pace).pipe(
          Effect.map((all) => paceAt(all, added)),
          Effect.orElseSucceed(() => paceAt(own, 1))
        )
      })

      return MessageLimit.of({ count })
    })
  )
}

const minuteMillis = 60_000

const paceAt = (all: number, added: number): Pace =>
  all <= messagesPerMinute ? "fine" : all - added <= messagesPerMinute ? "justOver" : "over"
