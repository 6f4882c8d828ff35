/** The conversations: bring an event to the state machine, and have done what it decides. */
import { Context, type DateTime, Effect, Layer } from "effect"
import type { Step } from "../core/conversation.ts"
import { type ChatEvent, isLine } from "../core/event.ts"
import type { Kept } from "../core/folding.ts"
import { beginsSearch } from "../core/intent.ts"
import type { Openid } from "../core/openid.ts"
import { stepOverdue } from "../core/overdue.ts"
import type { Chat } from "../core/session.ts"
import { resume } from "../core/takeover.ts"
import { isUnaware, stepUnaware } from "../core/unaware.ts"
import type { Memcached, MemcachedError } from "../memcached/memcached.ts"
import type { Agenda } from "./agenda.ts"
import type { Answer } from "./answer.ts"
import type { Background } from "./background.ts"
import type { Blocks } from "./blocks.ts"
import type { Campus } from "./campus.ts"
import { makeCarryingOut } from "./carrying-out.ts"
import { type ChatView, makeChatView, viewOutside } from "./chat-view.ts"
import { alone, type Circumstances, nothingKnown } from "./circumstances.ts"
import type { Looking } from "./command-kinds.ts"
import type { LastLines } from "./last-lines.ts"
import type { LastPartners } from "./last-partners.ts"
import type { Ledger } from "./ledger.ts"
import type { Mailbox } from "./mailbox.ts"
import type { Matchmaker } from "./matchmaker.ts"
import { isBeingTold, News } from "./news.ts"
import type { Postman } from "./postman.ts"
import type { Rooms } from "./rooms.ts"
import { makeSearch, type Search } from "./search.ts"
import { Sessions, type StoredSession } from "./sessions.ts"
import type { Tease } from "./tease.ts"
import type { UnsavedReports } from "./unsaved-reports.ts"

/** How often an event is brought to the state machine anew because the session or the room changed at the same moment. */
const stepAttempts = 20

export class Conversations extends Context.Service<
  Conversations,
  {
    /** Fails only when memcached cannot be reached. */
    readonly handle: (
      openid: Openid,
      event: ChatEvent,
      circumstances?: Circumstances
    ) => Effect.Effect<Answer, MemcachedError>
    /** The state that a user is in. */
    readonly chatOf: (openid: Openid) => Effect.Effect<Chat, MemcachedError>
  }
>()("xiaohou/chat/Conversations") {
  static readonly layer = (options: {
    readonly timeZone: DateTime.TimeZone
  }): Layer.Layer<
    Conversations,
    never,
    | Agenda
    | Background
    | Blocks
    | Campus
    | LastLines
    | LastPartners
    | Ledger
    | Mailbox
    | Matchmaker
    | Memcached
    | News
    | Postman
    | Rooms
    | Sessions
    | Tease
    | UnsavedReports
  > => Layer.effect(Conversations, make(options.timeZone))
}

const make = Effect.fnUntraced(function* (timeZone: DateTime.TimeZone) {
  const news = yield* News
  const sessions = yield* Sessions
  const carryOut = yield* makeCarryingOut(timeZone)
  const search = yield* makeSearch
  const { view } = yield* makeChatView

  const chatOf = Effect.fnUntraced(function* (openid: Openid) {
    return (yield* view(openid, yield* sessions.read(openid))).chat
  })

  /** One try, and `again` if something changed at the same moment: read and step again. */
  const attempt = (
    openid: Openid,
    event: ChatEvent,
    stored: StoredSession,
    circumstances: Circumstances,
    again: Again
  ): Effect.Effect<Answer, MemcachedError> =>
    stored.value?.room === undefined && stored.missed === undefined
      ? Effect.clockWith((clock) => {
          const seen = viewOutside(openid, stored, clock.currentTimeMillisUnsafe())
          return decide(openid, event, stored, circumstances, seen, again)
        })
      : Effect.flatMap(
          view(openid, stored, { forLine: isLine(event), prefetched: circumstances.prefetched }),
          (seen) => decide(openid, event, stored, circumstances, seen, again)
        )

  const decide = (
    openid: Openid,
    event: ChatEvent,
    stored: StoredSession,
    circumstances: Circumstances,
    seen: ChatView,
    again: Again
  ): Effect.Effect<Answer, MemcachedError> => {
    const step = decidedIn(circumstances, seen.chat, event, stored.leftAtMillis)
    const searching = (command: Looking): Search => ({
      openid,
      stored,
      room: seen.room,
      command,
      event,
      askedAtMillis: seen.now,
      told: waited
    })
    const [only, second] = step.commands
    // Nearly every search begins without a room and with nothing to tell, so that nothing else is to be carried out.
    if (only?._tag === "Look" && second === undefined && seen.chat._tag === "Ordinary") {
      return search(searching(only), again)
    }
    const searchFor = (command: Looking) => search(searching(command), () => Effect.undefined)
    return Effect.flatMap(carryOut({ openid, stored, seen, step, circumstances, searchFor }), (answer) =>
      answer === undefined ? again() : Effect.succeed(answer)
    )
  }

  /** What is told to a user who waits. */
  const waited = (openid: Openid) =>
    Effect.map(handle(openid, { _tag: "Waited" }), ({ sentences }) => sentences)

  /** Tries until nothing changes at the same moment. The first try nearly always succeeds, so it costs no more than that. */
  const tryFrom = (
    openid: Openid,
    event: ChatEvent,
    read: StoredSession,
    circumstances: Circumstances,
    triesLeft: number
  ): Effect.Effect<Answer, MemcachedError> => {
    const again = () => readAndTry(openid, event, alone(circumstances), triesLeft - 1)
    return isBeingTold(read)
      ? Effect.flatMap(news.untold(openid, read), (stored) =>
          attempt(openid, event, stored, stored === read ? circumstances : alone(circumstances), again)
        )
      : attempt(openid, event, read, circumstances, again)
  }

  const readAndTry = (
    openid: Openid,
    event: ChatEvent,
    circumstances: Circumstances,
    triesLeft: number
  ): Effect.Effect<Answer, MemcachedError> =>
    triesLeft === 0
      ? Effect.succeed({ sentences: [{ _tag: "Busy" }] })
      : Effect.flatMap(sessions.read(openid), (read) =>
          tryFrom(openid, event, read, circumstances, triesLeft)
        )

  const handle: Conversations["Service"]["handle"] = (openid, event, circumstances = nothingKnown) => {
    const { session = presumed(openid, event, circumstances) } = circumstances
    return session === undefined
      ? readAndTry(openid, event, alone(circumstances), stepAttempts)
      : tryFrom(openid, event, session, circumstances, stepAttempts)
  }

  /**
   * A user who starts a search probably has no session, so that it is not read; the `add` of the search finds out if that is
   * wrong. When taking over from a dead server, it is read.
   */
  const presumed = (openid: Openid, event: ChatEvent, { begunAtMillis }: Circumstances) =>
    begunAtMillis === undefined && beginsSearch(event) ? sessions.presumed(openid) : undefined

  return Conversations.of({ handle, chatOf })
})

const decidedIn = (
  { waiting = nothingWaits, begunAtMillis, madeAtMillis }: Circumstances,
  chat: Chat,
  event: ChatEvent,
  leftAtMillis: number | undefined
): Step => {
  if (isUnaware(chat, waiting)) return stepUnaware(chat, event)
  return begunAtMillis === undefined
    ? stepOverdue(chat, event, madeAtMillis, leftAtMillis)
    : resume(chat, event, begunAtMillis, madeAtMillis)
}

const nothingWaits: ReadonlyArray<Kept> = []

/** How to try once more. */
type Again = () => Effect.Effect<Answer, MemcachedError>
