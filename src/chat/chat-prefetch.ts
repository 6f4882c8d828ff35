import { Effect, Exit } from "effect"
import { type ChatEvent, isLine } from "../core/event.ts"
import type { Openid } from "../core/openid.ts"
import { keepNewest } from "../memcached/newest.ts"
import {
  type ChatAsks,
  type ChatOutcomes,
  type ChatRead,
  chatRead,
  makeChatAsks,
  type Pointer
} from "./chat-reading.ts"
import type { StoredSession } from "./sessions.ts"

/** For how many people it is remembered where they last were: a large campus, about 10 MB. */
const mostRemembered = 50_000

/** A chat that was read before it was known whether the session still points there. */
export interface Prefetched {
  readonly pointer: Pointer
  readonly read: ChatRead
}

/** What is to be read of a chat, and what came of it; nothing if it could not be read. */
export interface Prefetching {
  readonly asks: ChatAsks
  readonly prefetched: (outcomes: ChatOutcomes) => Prefetched | undefined
}

/**
 * The writer of a line is most likely in the same chat as with the last one. So that chat is read in the same round trip as
 * claim and session. If the writer turns out to be elsewhere, everything is read as if nothing had been foreseen.
 */
export const makeChatPrefetch = Effect.gen(function* () {
  const asksOf = yield* makeChatAsks
  const pointers = new Map<Openid, Pointer>()

  const learn = (openid: Openid, { value }: StoredSession): void => {
    if (value?.room === undefined || value.partner === undefined) {
      pointers.delete(openid)
    } else if (pointers.get(openid)?.room !== value.room) {
      pointers.delete(openid)
      pointers.set(openid, { room: value.room, partner: value.partner })
      keepNewest(pointers, mostRemembered)
    }
  }

  /** Undefined: nothing is foreseen. Milliseconds since 1970. */
  const prefetching = (openid: Openid, event: ChatEvent, nowMillis: number): Prefetching | undefined => {
    const pointer = isLine(event) ? pointers.get(openid) : undefined
    return pointer === undefined
      ? undefined
      : {
          asks: asksOf(pointer, true, nowMillis),
          prefetched: (outcomes) => {
            const read = chatRead(outcomes)
            return Exit.isSuccess(read) ? { pointer, read: read.value } : undefined
          }
        }
  }

  return { learn, prefetching }
})
