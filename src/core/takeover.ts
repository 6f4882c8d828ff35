import { type Step, step } from "./conversation.ts"
import type { ChatEvent } from "./event.ts"
import { buttonAsked } from "./intent.ts"
import { beside } from "./overdue.ts"
import type { Sentence } from "./sentence.ts"
import type { Chat } from "./session.ts"

/**
 * As `step`, for an event that a server began to work on at `begunAtMillis` before it died: whatever it may have done is not
 * done again. A pair that was made since was made by this event, or is none of its business: nobody is taken out of it, and no line
 * written before reaches the new partner. `madeAtMillis`: when the event was made, if it had come late even to that server.
 */
export const resume = (
  chat: Chat,
  event: ChatEvent,
  begunAtMillis: number,
  madeAtMillis = begunAtMillis
): Step => {
  if (chat._tag !== "Paired") return isLeaving(event) ? left(chat, event) : step(chat, event)
  if (chat.sinceMillis > madeAtMillis && chat.sinceMillis < begunAtMillis) return beside(chat, event)
  const isNew = chat.sinceMillis >= begunAtMillis
  if (isLooking(event)) {
    if (isNew) return stays(chat, { _tag: "Reply", sentence: { _tag: "PairMade", room: chat.room } })
    // Shown by this event, or before it: asking once more is harmless, another partner is not.
    if (chat.shown && buttonAsked(event) === "配对") {
      return stays(chat, { _tag: "ShowPairing", room: chat.room, sinceMillis: chat.sinceMillis })
    }
  }
  return chat.sinceMillis > begunAtMillis ? beside(chat, event) : step(chat, event)
}

/**
 * Whether it could not be seen afterwards that this was done: a mode that goes in and out. (Nor can it of a line that was passed on, about which
 * whoever passes it on asks.)
 */
export const isUnrepeatable = (chat: Chat, next: Chat): boolean => isTeasing(chat) !== isTeasing(next)

/** What is said of it where a server that died may have done it. */
export const perhapsDone = (chat: Chat): Sentence =>
  isTeasing(chat) ? { _tag: "TeaseBegins" } : { _tag: "LeftTease" }

const isTeasing = (chat: Chat): boolean => chat._tag === "Teasing"

/** Who is out of it already was let out by this event, as far as they know. */
const left = (chat: Chat, event: ChatEvent): Step => {
  const isOut = chat._tag === "Ordinary" && chat.farewell === undefined
  return isOut ? stays(chat, { _tag: "Reply", sentence: { _tag: "Left" } }) : step(chat, event)
}

const stays = (chat: Chat, ...commands: Step["commands"]): Step => {
  if (chat._tag !== "Paired") return { chat, commands }
  const { unseen: _told, ...told } = chat
  return { chat: told, commands }
}

const isLooking = (event: ChatEvent) => buttonAsked(event) === "配对" || buttonAsked(event) === "更换"
const isLeaving = (event: ChatEvent) => buttonAsked(event) === "退出"
