import { Effect, Exit } from "effect"
import type { ChatEvent } from "../core/event.ts"
import { beginsSearch } from "../core/intent.ts"
import type { MemcachedError } from "../memcached/memcached.ts"
import type { Incoming } from "../wechat/messages.ts"
import { makeChatPrefetch, type Prefetched } from "./chat-prefetch.ts"
import type { ChatOutcomes } from "./chat-reading.ts"
import { triggerOf } from "./incoming-event.ts"
import { Ledger } from "./ledger.ts"
import { type Mail, Mailbox, noMail } from "./mailbox.ts"
import { MessageLimit, type Pace } from "./message-limit.ts"
import { Sessions, type StoredSession } from "./sessions.ts"
import { nothing } from "./stored.ts"

/** What an answer needs to know, as it was when the message came. */
export interface Seen {
  /** Absent if the search for a partner is to find it out. */
  readonly session: StoredSession | undefined
  readonly mail: Mail
  readonly pace: Pace
  readonly prefetched: Prefetched | undefined
}

/** What is to be known of a message's sender, as questions that are asked at once, and what their answers say. Counts the message. */
export const makeMessageLook = Effect.gen(function* () {
  const ledger = yield* Ledger
  const limit = yield* MessageLimit
  const mailbox = yield* Mailbox
  const sessions = yield* Sessions
  const prefetch = yield* makeChatPrefetch

  /** Milliseconds since 1970. */
  return (incoming: Incoming, event: ChatEvent, nowMillis: number) => {
    const { from } = incoming
    const trigger = triggerOf(incoming)
    const counting = isCounted(event) ? limit.counting(from, nowMillis) : undefined
    const foreseen = prefetch.prefetching(from, event, nowMillis)
    const seen = ([_opened, session, mail, counted, room, ...partner]: Looked): Exit.Exit<
      Seen,
      MemcachedError
    > =>
      Exit.map(session ?? unread, (session) => {
        // Nothing is remembered of a user who unfollowed.
        if (session !== undefined) prefetch.learn(from, event._tag === "Unfollowed" ? nothing : session)
        return {
          session,
          mail: Exit.isSuccess(mail) ? mail.value : noMail,
          pace: counting?.pace(counted) ?? "fine",
          prefetched: room === undefined ? undefined : foreseen?.prefetched([room, ...partner])
        }
      })
    return {
      asks: [
        // Opened before the mailbox is read: a server that keeps something after that look finds the window open, and pushes.
        trigger === undefined ? undefined : ledger.opening(from, trigger, nowMillis),
        beginsSearch(event) && sessions.presumed(from) !== undefined ? undefined : sessions.reading(from),
        mailbox.peeking(from),
        counting?.ask,
        ...(foreseen?.asks ?? noChat)
      ],
      seen
    } as const
  }
})

const unread = Exit.succeed(undefined)
const noChat = [undefined, undefined, undefined, undefined] as const

type Outcome<A> = Exit.Exit<A, MemcachedError>
type Looked = readonly [
  Outcome<void> | undefined,
  Outcome<StoredSession> | undefined,
  Outcome<Mail>,
  Outcome<number> | undefined,
  ChatOutcomes[0] | undefined,
  ChatOutcomes[1],
  ChatOutcomes[2],
  ChatOutcomes[3]
]

/** A user who floods can still unfollow, and follow again. */
const isCounted = (event: ChatEvent): boolean => event._tag !== "Followed" && event._tag !== "Unfollowed"
