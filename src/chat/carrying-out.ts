import { Clock, type DateTime, Effect } from "effect"
import { behindNewPair } from "../core/chat-news.ts"
import type { Step } from "../core/conversation.ts"
import type { Openid } from "../core/openid.ts"
import type { Sentence } from "../core/sentence.ts"
import { sessionOf } from "../core/session.ts"
import { isUnrepeatable, perhapsDone } from "../core/takeover.ts"
import type { MemcachedError } from "../memcached/memcached.ts"
import type { Answer, Later } from "./answer.ts"
import { Campus } from "./campus.ts"
import type { ChatView } from "./chat-view.ts"
import type { Circumstances } from "./circumstances.ts"
import { isLeaving, isLooking, isReporting, type Looking } from "./command-kinds.ts"
import { makeForget } from "./forgetting.ts"
import { newWriteId } from "./identifiers.ts"
import { makeLeave } from "./leaving.ts"
import { News } from "./news.ts"
import { showPairing } from "./pairing-shown.ts"
import { Postman } from "./postman.ts"
import { makeRelay } from "./relay.ts"
import { makeReporting } from "./reporting.ts"
import { Rooms } from "./rooms.ts"
import { isNew, Sessions, type StoredSession } from "./sessions.ts"
import { nothing } from "./stored.ts"
import { Tease } from "./tease.ts"
import { whileTyping } from "./typing.ts"

/** What the state machine decided for a user, and from what it was decided. */
export interface Decided {
  readonly openid: Openid
  readonly stored: StoredSession
  readonly seen: ChatView
  readonly step: Step
  readonly circumstances: Circumstances
  readonly searchFor: (command: Looking) => Effect.Effect<Answer | undefined, MemcachedError>
}

/** Carries out what was decided, in the order of writes of the design. */
export const makeCarryingOut = Effect.fnUntraced(function* (timeZone: DateTime.TimeZone) {
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

  /** Undefined: something changed at the same moment, so read and step again. */
  return Effect.fnUntraced(function* ({ openid, stored, seen, step, circumstances, searchFor }: Decided) {
    const { room, now, chat, partnerUnaware, receiver } = seen
    const { chat: next, commands } = step
    const { begunAtMillis, firstToSend = Effect.succeed(true), unfollowedAtMillis } = circumstances
    /** A server that died may have passed on what now has nobody to go to. */
    const mayHaveArrived = ({ _tag }: Sentence) =>
      (_tag === "NotSent" || _tag === "Hint") && begunAtMillis !== undefined
        ? Effect.map(firstToSend, (isFirst) => !isFirst)
        : Effect.succeed(false)
    if (isUnrepeatable(chat, next) && !(yield* firstToSend)) {
      return { sentences: [perhapsDone(chat)] } satisfies Answer
    }
    const reporting = commands.find(isReporting)
    const reported = reporting === undefined ? undefined : yield* report(openid, reporting)
    for (const command of commands) {
      if (isLeaving(command) && !(yield* leave(openid, command, room ?? nothing))) return undefined
    }
    const looking = commands.find(isLooking)
    if (looking === undefined && isNew(stored, next)) {
      if (!(yield* sessions.write(openid, stored, sessionOf(next, yield* newWriteId)))) return undefined
    }
    if (looking === undefined && reported !== undefined) yield* reported.count
    const answer: Array<Sentence> = []
    let later: Later | undefined
    for (const command of commands) {
      switch (command._tag) {
        case "Reply":
          answer.push((yield* mayHaveArrived(command.sentence)) ? { _tag: "Unsure" } : command.sentence)
          break
        case "Look": {
          const outcome = yield* searchFor(command)
          if (outcome === undefined) return undefined
          if (reported !== undefined) yield* reported.count
          // Word of the new pair went out by push already.
          const isToldByPush = outcome.sentences.length === 0 && outcome.later === undefined
          if (isToldByPush) answer.splice(0, answer.length, ...behindNewPair(answer))
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
          // If this fails, the turns end by themselves, and nothing makes use of them before: tease mode begins by forgetting.
          yield* Effect.ignore(tease.forget(openid))
          break
        case "Forget":
          yield* sessions.forget(openid)
          yield* forget(openid, unfollowedAtMillis ?? (yield* Clock.currentTimeMillis))
          break
        case "ReportLast":
          answer.push(...(reported?.sentences ?? []))
          break
        case "Report":
        case "LeaveRoom":
        case "StopLooking":
          break
      }
    }
    return { sentences: answer, ...(later === undefined ? {} : { later }) } satisfies Answer
  })
})
