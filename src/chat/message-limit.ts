/** The limit of messages per person and minute, shared by all servers. */
import { Context, Exit, Layer } from "effect"
import { minuteMillis } from "../core/durations.ts"
import type { Openid } from "../core/openid.ts"
import { type Ask, ask } from "../memcached/asks.ts"
import type { MemcachedError } from "../memcached/memcached.ts"
import { keys, ttlSeconds } from "./keys.ts"

/** Two a second for a whole minute: more than thumbs can write and a partner can read, and little enough for a program that floods. */
export const messagesPerMinute = 120

/**
 * How many messages of a minute one server counts by itself, so that an ordinary chat costs memcached nothing. From the next
 * one on all servers count together.
 */
export const countedAlone = 20

/** `justOver`: the first message above the limit in this minute; its writer is told. */
export type Pace = "fine" | "justOver" | "over"

/** A message that was counted; `ask`: what memcached has to say to it, if anything. */
export interface Counting {
  readonly ask: Ask<number> | undefined
  readonly pace: (asked: Exit.Exit<number, MemcachedError> | undefined) => Pace
}

export class MessageLimit extends Context.Service<
  MessageLimit,
  {
    /** Counts a message that came at a time in milliseconds. While memcached cannot be reached this server counts alone. */
    readonly counting: (openid: Openid, nowMillis: number) => Counting
  }
>()("xiaohou/chat/MessageLimit") {
  static readonly layer = Layer.sync(MessageLimit, () => {
    let minute = 0
    let counts = new Map<Openid, number>()

    const counting = (openid: Openid, nowMillis: number): Counting => {
      const current = Math.floor(nowMillis / minuteMillis)
      if (current !== minute) {
        minute = current
        counts = new Map()
      }
      const own = (counts.get(openid) ?? 0) + 1
      counts.set(openid, own)
      if (own <= countedAlone) return countedHere
      const added = own === countedAlone + 1 ? own : 1
      return {
        ask: ask.increment(keys.pace(openid, current), added, added, ttlSeconds.pace),
        pace: (asked) =>
          asked !== undefined && Exit.isSuccess(asked) ? paceAt(asked.value, added) : paceAt(own, 1)
      }
    }

    return MessageLimit.of({ counting })
  })
}

const countedHere: Counting = { ask: undefined, pace: () => "fine" }

const paceAt = (all: number, added: number): Pace =>
  all <= messagesPerMinute ? "fine" : all - added <= messagesPerMinute ? "justOver" : "over"
