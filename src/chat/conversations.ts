/** The conversations: bring an event to the state machine and carry out what it decides, in the order of writes of the design. */
import { Context, type DateTime, Effect, Layer } from "effect"
import { type Step, step } from "../core/conversation.ts"
import { type ChatEvent, isLine } from "../core/event.ts"
import { buttonAsked } from "../core/intent.ts"
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
import type { Prefetched } from "./chat-prefetch.ts"
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
import { News } from "./news.ts"
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

/** What is known of the message that brought an event. */
export interface Circumstances {
  /** The session, where it was just read. */
  readonly session?: StoredSession
  /** The chat in which it was foreseen to be, read together with it. */
  readonly prefetched?: Prefetched | undefined
  /** A server that died began to work on it then (milliseconds since 1970). */
  readonly begunAtMillis?: number
  /** Asked before something is done that must not be done twice. False: a server that died was at that point before. */
  readonly firstToSend?: Effect.Effect<boolean, MemcachedError>
}

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
    Effect.flatMap(view(openid, stored, { ...circumstances, forLine: isLine(event) }), (seen) => {
      const { begunAtMillis } = circumstances
      const { chat } = seen
      const decided = begunAtMillis === undefined ? step(chat, event) : resume(chat, event, begunAtMillis)
      const [only, second] = decided.commands
      // Most who look are in no room and have heard all there is: nothing comes before the search or after it.
      return only?._tag === "Look" && second === undefined && chat._tag === "Ordinary"
        ? searchFor(openid, event, stored, seen, only)
        : carryOut(openid, event, stored, circumstances, seen, decided)
    })

  const searchFor = (
    openid: Openid,
    event: ChatEvent,
    stored: StoredSession,
    { room, now }: ChatView,
    command: Looking
  ) =>
    search({
      openid,
      stored,
      room,
      command,
      askedAtMillis: now,
      askedForPartner: buttonAsked(event) !== undefined,
      told: Effect.suspend(() => Effect.map(handle(openid, { _tag: "Waited" }), (answer) => answer.sentences))
    })

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
  const handle: Conversations["Service"]["handle"] = (openid, event, circumstances = {}) => {
    // What was read ahead belongs to the session that was read with it.
    const later = { ...circumstances, prefetched: undefined }
    const from = (read: StoredSession, triesLeft: number): Effect.Effect<Answer, MemcachedError> =>
      triesLeft === 0
        ? Effect.succeed({ sentences: [{ _tag: "Busy" }] })
        : Effect.flatMap(
            Effect.flatMap(news.untold(openid, read), (stored) =>
              attempt(openid, event, stored, stored === circumstances.session ? circumstances : later)
            ),
            (answer) => (answer === undefined ? readFrom(triesLeft - 1) : Effect.succeed(answer))
          )
    const readFrom = (triesLeft: number) =>
      Effect.flatMap(sessions.read(openid), (read) => from(read, triesLeft))
    return circumstances.session === undefined
      ? readFrom(stepAttempts)
      : from(circumstances.session, stepAttempts)
  }

  return Conversations.of({ handle, chatOf })
})
