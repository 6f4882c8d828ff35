/** The conversations: bring an event to the state machine and carry out what it decides, in the order of writes of the design. */
import { Context, type DateTime, Effect, Layer } from "effect"
import { type Step, step } from "../core/conversation.ts"
import { type ChatEvent, isLine } from "../core/event.ts"
import { beginsSearch } from "../core/intent.ts"
import type { Openid } from "../core/openid.ts"
import type { Sentence } from "../core/sentence.ts"
import { type Chat, sessionOf } from "../core/session.ts"
import { isUnrepeatable, perhapsDone, resume } from "../core/takeover.ts"
import type { Memcached, MemcachedError } from "../memcached/memcached.ts"
import type { Agenda } from "./agenda.ts"
import type { Answer, Later } from "./answer.ts"
import type { Background } from "./background.ts"
import type { Blocks } from "./blocks.ts"
import { Campus } from "./campus.ts"
import { alone, type Circumstances, nothingKnown } from "./circumstances.ts"
import { type ChatView, makeChatView } from "./chat-view.ts"
import { makeForget } from "./forgetting.ts"
import { isLeaving, isLooking, isReporting, type Looking } from "./command-kinds.ts"
import { newWriteId } from "./identifiers.ts"
import type { LastLines } from "./last-lines.ts"
import type { LastPartners } from "./last-partners.ts"
import { makeLeave } from "./leaving.ts"
import type { Ledger } from "./ledger.ts"
import type { Mailbox } from "./mailbox.ts"
import type { Matchmaker } from "./matchmaker.ts"
import { isBeingTold, News } from "./news.ts"
import { showPairing } from "./pairing-shown.ts"
import { Postman } from "./postman.ts"
import { makeRelay } from "./relay.ts"
import { makeReporting } from "./reporting.ts"
import { Rooms } from "./rooms.ts"
import { makeSearch } from "./search.ts"
import { isNew, Sessions, type StoredSession } from "./sessions.ts"
import { nothing } from "./stored.ts"
import { Tease } from "./tease.ts"
import { whileTyping } from "./typing.ts"
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
  const campus = yield* Campus
  const news = yield* News
  const postman = yield* Postman
  const rooms = yield* Rooms
  const sessions = yield* Sessions
  const tease = yield* Tease
  const forget = yield* makeForget
  const leave = yield* makeLeave
  const relay = yield* makeRelay
  const report = yield* makeReporting
  const search = yield* makeSearch
  const { view } = yield* makeChatView

  const chatOf = Effect.fnUntraced(function* (openid: Openid) {
    return (yield* view(openid, yield* sessions.read(openid))).chat
  })

  /** One try; undefined: something changed at the same moment, read and step again. */
  const attempt = (
    openid: Openid,
    event: ChatEvent,
    stored: StoredSession,
    circumstances: Circumstances
  ): Effect.Effect<Answer | undefined, MemcachedError> =>
    Effect.flatMap(
      view(openid, stored, { forLine: isLine(event), prefetched: circumstances.prefetched }),
      (seen) => {
        const { begunAtMillis } = circumstances
        const { chat } = seen
        const decided = begunAtMillis === undefined ? step(chat, event) : resume(chat, event, begunAtMillis)
        const [only, second] = decided.commands
        // Most who look are in no room and have heard all there is: nothing comes before the search or after it.
        return only?._tag === "Look" && second === undefined && chat._tag === "Ordinary"
          ? searchFor(openid, event, stored, seen, only)
          : carryOut(openid, event, stored, circumstances, seen, decided)
      }
    )

  const searchFor = (
    openid: Openid,
    event: ChatEvent,
    stored: StoredSession,
    { room, now }: ChatView,
    command: Looking
  ) => search({ openid, stored, room, command, event, askedAtMillis: now, told: waited })

  /** What a user who waits is told of how things stand. */
  const waited = (openid: Openid) =>
    Effect.map(handle(openid, { _tag: "Waited" }), ({ sentences }) => sentences)

  /** Carries out what was decided, in the order of writes of the design. */
  const carryOut = Effect.fnUntraced(function* (
    openid: Openid,
    event: ChatEvent,
    stored: StoredSession,
    { firstToSend = Effect.succeed(true) }: Circumstances,
    seen: ChatView,
    { chat: next, commands }: Step
  ) {
    const { room, now, chat, partnerUnaware, receiver } = seen
    if (isUnrepeatable(chat, next) && !(yield* firstToSend)) {
      return { sentences: [perhapsDone(chat)] } satisfies Answer
    }
    const reporting = commands.find(isReporting)
    const reported = reporting === undefined ? [] : yield* report(openid, reporting)
    for (const command of commands) {
      if (isLeaving(command) && !(yield* leave(openid, command, room ?? nothing))) return undefined
    }
    const looking = commands.find(isLooking)
    if (looking === undefined && isNew(stored, next)) {
      if (!(yield* sessions.write(openid, stored, sessionOf(next, yield* newWriteId)))) return undefined
    }
    const answer: Array<Sentence> = []
    let later: Later | undefined
    for (const command of commands) {
      switch (command._tag) {
        case "Reply":
          answer.push(command.sentence)
          break
        case "Look": {
          const outcome = yield* searchFor(openid, event, stored, seen, command)
          if (outcome === undefined) return undefined
          answer.push(...outcome.sentences)
          later = outcome.later
          break
        }
        case "Relay": {
          if (partnerUnaware === true) yield* news.tellFirst(command.to, command.room)
          const said = yield* relay(openid, command, firstToSend, receiver)
          if (said === undefined) return undefined
          answer.push(...said)
          break
        }
        case "ShowPairing":
          answer.push(showPairing(command.sinceMillis, now, timeZone, yield* rooms.liveliness(command.room)))
          break
        case "AskCampus":
          later = () => campus.answer(openid, command.question)
          break
        case "Unbind":
          answer.push(...(yield* campus.unbind(openid)))
          break
        case "Tease":
          later = () =>
            Effect.map(whileTyping(postman.showTyping(openid), tease.answer(openid, command.text)), Array.of)
          break
        case "ForgetTease":
          // What cannot be forgotten now ends by itself, and nobody is read it: tease mode begins by forgetting.
          yield* Effect.ignore(tease.forget(openid))
          break
        case "Forget":
          yield* forget(openid)
          break
        case "ReportLast":
          answer.push(...reported)
          break
        case "Report":
        case "LeaveRoom":
        case "StopLooking":
          break
      }
    }
    return { sentences: answer, ...(later === undefined ? {} : { later }) } satisfies Answer
  })

  /** Tries until nothing changes at the same moment. Nearly always the first time does, so it takes no more than that needs. */
  const tryFrom = (
    openid: Openid,
    event: ChatEvent,
    read: StoredSession,
    circumstances: Circumstances,
    triesLeft: number
  ): Effect.Effect<Answer, MemcachedError> =>
    Effect.flatMap(
      isBeingTold(read)
        ? Effect.flatMap(news.untold(openid, read), (stored) =>
            attempt(openid, event, stored, stored === read ? circumstances : alone(circumstances))
          )
        : attempt(openid, event, read, circumstances),
      (answer) =>
        answer === undefined
          ? readAndTry(openid, event, alone(circumstances), triesLeft - 1)
          : Effect.succeed(answer)
    )

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

  /** Whoever begins a search most likely has no session, and their search finds out. What a server that died began is looked at first. */
  const presumed = (openid: Openid, event: ChatEvent, { begunAtMillis }: Circumstances) =>
    begunAtMillis === undefined && beginsSearch(event) ? sessions.presumed(openid) : undefined

  return Conversations.of({ handle, chatOf })
})
