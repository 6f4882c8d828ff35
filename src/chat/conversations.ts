/** The conversations: bring an event to the state machine and carry out what it decides, in the order of writes of the design. */
import { Clock, Context, type DateTime, Effect, Layer } from "effect"
import type { Command } from "../core/command.ts"
import { step } from "../core/conversation.ts"
import type { ChatEvent } from "../core/event.ts"
import type { Openid } from "../core/openid.ts"
import { members } from "../core/room.ts"
import type { Sentence } from "../core/sentence.ts"
import { type Chat, sessionOf } from "../core/session.ts"
import type { MemcachedError } from "../memcached/memcached.ts"
import { Agenda } from "./agenda.ts"
import { Background } from "./background.ts"
import { Blocks } from "./blocks.ts"
import { Campus } from "./campus.ts"
import { makeChatView } from "./chat-view.ts"
import { makeForget } from "./forgetting.ts"
import { isLeaving, isLooking, isReporting, type Leaving, type Looking } from "./command-kinds.ts"
import { newWriteId } from "./identifiers.ts"
import type { LastLines } from "./last-lines.ts"
import type { Ledger } from "./ledger.ts"
import type { Mailbox } from "./mailbox.ts"
import { Matchmaker } from "./matchmaker.ts"
import { News, tellingLeaseMillis } from "./news.ts"
import { showPairing } from "./pairing-shown.ts"
import type { Postman } from "./postman.ts"
import { makeRelay } from "./relay.ts"
import { makeReporting } from "./reporting.ts"
import type { Reports } from "./reports.ts"
import { Rooms, type StoredRoom } from "./rooms.ts"
import { isNew, Sessions, type StoredSession } from "./sessions.ts"
import { nothing } from "./stored.ts"
import { Tease } from "./tease.ts"

/** How often an event is brought to the state machine anew because the session or the room changed at the same moment. */
export const stepAttempts = 20

/** What is said to the user who acted, in order; nothing when a line simply reached the partner. */
export type Answer = ReadonlyArray<Sentence>

export class Conversations extends Context.Service<
  Conversations,
  {
    /**
     * `first`: the session, where it was just read. `writtenAtMillis`: when a message was written that a dead server left
     * behind; it is not for a partner of later. Fails only when memcached cannot be reached.
     */
    readonly handle: (
      openid: Openid,
      event: ChatEvent,
      first?: StoredSession,
      writtenAtMillis?: number
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
    | Ledger
    | Mailbox
    | Matchmaker
    | News
    | Postman
    | Reports
    | Rooms
    | Sessions
    | Tease
  > => Layer.effect(Conversations, make(options.timeZone))
}

const make = Effect.fnUntraced(function* (timeZone: DateTime.TimeZone) {
  const agenda = yield* Agenda
  const background = yield* Background
  const blocks = yield* Blocks
  const campus = yield* Campus
  const matchmaker = yield* Matchmaker
  const news = yield* News
  const rooms = yield* Rooms
  const sessions = yield* Sessions
  const tease = yield* Tease
  const forget = yield* makeForget
  const relay = yield* makeRelay
  const report = yield* makeReporting
  const { view } = yield* makeChatView

  const chatOf = Effect.fnUntraced(function* (openid: Openid) {
    return (yield* view(openid, yield* sessions.read(openid))).chat
  })

  /** Closes the room that the user leaves, and has the others told. False: the room changed. */
  const leave = Effect.fnUntraced(function* (openid: Openid, command: Leaving, room: StoredRoom) {
    const now = yield* Clock.currentTimeMillis
    // Should this server die before the partner is told, whoever sweeps next tells them.
    yield* agenda.note(command.room, now + tellingLeaseMillis)
    const why = command._tag === "StopLooking" ? "stopped" : command.why
    if (!(yield* rooms.close(command.room, room, why, openid))) return false
    const others = room.value === undefined ? [] : members(room.value).filter((one) => one !== openid)
    yield* Effect.forEach(others, (other) => background.run(news.tell(other, command.room)))
    return true
  })

  /** Looks for a partner; undefined: the session was changed by somebody else. */
  const look = Effect.fnUntraced(function* (
    openid: Openid,
    command: Looking,
    stored: StoredSession,
    room: StoredRoom | undefined
  ) {
    const waiting = room?.value?._tag === "Waiting" ? room.value : undefined
    const outcome = yield* matchmaker.look({
      openid,
      stored,
      blocked: yield* blocks.of(openid),
      ...(command.room === undefined ? {} : { room: command.room }),
      ...(waiting === undefined ? {} : { deadlineMillis: waiting.deadlineMillis })
    })
    switch (outcome._tag) {
      case "SessionChanged":
        return undefined
      case "LobbyFull":
        yield* sessions.write(openid, yield* sessions.read(openid), undefined)
        return [{ _tag: "Busy" }] satisfies Answer
      case "Found":
        return sentences(step({ _tag: "Looking" }, { ...outcome, _tag: "PartnerFound" }).commands)
      case "Waits":
        // Who waited already may have been joined, and told so, while the lobby was asked.
        if (command.room !== undefined && (yield* rooms.read(outcome.room)).value?._tag !== "Waiting")
          return undefined
        return sentences(step({ _tag: "Looking" }, { _tag: "NobodyThere", room: outcome.room }).commands)
    }
  })

  /** One try; undefined: something changed at the same moment, read and step again. */
  const attempt = Effect.fnUntraced(function* (
    openid: Openid,
    event: ChatEvent,
    stored: StoredSession,
    writtenAtMillis: number | undefined
  ) {
    const { room, now, chat, partnerUnaware } = yield* view(openid, stored)
    if (isForEarlierPartner(event, chat, writtenAtMillis)) return [{ _tag: "NotSent" }] satisfies Answer
    const { chat: next, commands } = step(chat, event)
    const reporting = commands.find(isReporting)
    if (reporting !== undefined) yield* report(openid, reporting)
    for (const command of commands) {
      if (isLeaving(command) && !(yield* leave(openid, command, room ?? nothing))) return undefined
    }
    const looking = commands.find(isLooking)
    if (looking === undefined && isNew(stored, next)) {
      if (!(yield* sessions.write(openid, stored, sessionOf(next, yield* newWriteId)))) return undefined
    }
    const answer: Array<Sentence> = []
    for (const command of commands) {
      switch (command._tag) {
        case "Reply":
          answer.push(command.sentence)
          break
        case "Look": {
          const outcome = yield* look(openid, command, stored, room)
          if (outcome === undefined) return undefined
          answer.push(...outcome)
          break
        }
        case "Relay": {
          if (partnerUnaware === true) yield* news.tellFirst(command.to, command.room)
          const said = yield* relay(openid, command)
          if (said === undefined) return undefined
          answer.push(...said)
          break
        }
        case "ShowPairing":
          answer.push(showPairing(command.sinceMillis, now, timeZone, yield* rooms.liveliness(command.room)))
          break
        case "AskCampus":
          answer.push(...(yield* campus.answer(openid, command.question)))
          break
        case "Unbind":
          answer.push(...(yield* campus.unbind(openid)))
          break
        case "Tease":
          answer.push(yield* tease.answer(openid, command.text))
          break
        case "ForgetTease":
          // What cannot be forgotten now ends by itself, and nobody is read it: tease mode begins by forgetting.
          yield* Effect.ignore(tease.forget(openid))
          break
        case "Forget":
          yield* forget(openid)
          break
        case "Report":
        case "LeaveRoom":
        case "StopLooking":
          break
      }
    }
    return answer
  })

  const handle = Effect.fnUntraced(function* (
    openid: Openid,
    event: ChatEvent,
    first?: StoredSession,
    writtenAtMillis?: number
  ) {
    let stored = first ?? (yield* sessions.read(openid))
    for (let tries = 0; tries < stepAttempts; tries += 1) {
      stored = yield* news.untold(openid, stored)
      const answer = yield* attempt(openid, event, stored, writtenAtMillis)
      if (answer !== undefined) return answer
      stored = yield* sessions.read(openid)
    }
    return [{ _tag: "Busy" }] satisfies Answer
  })

  return Conversations.of({ handle, chatOf })
})

/** Written before the pair was made, by way of a server that died. */
const isForEarlierPartner = (event: ChatEvent, chat: Chat, writtenAtMillis: number | undefined): boolean =>
  writtenAtMillis !== undefined &&
  (event._tag === "Said" || event._tag === "Sent") &&
  chat._tag === "Paired" &&
  chat.sinceMillis > writtenAtMillis

const sentences = (commands: ReadonlyArray<Command>): Answer =>
  commands.flatMap((command) => (command._tag === "Reply" ? [command.sentence] : []))
