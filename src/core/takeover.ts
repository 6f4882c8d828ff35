import { type Step, step } from "./conversation.ts"
import type { ChatEvent } from "./event.ts"
import { buttonAsked } from "./intent.ts"
import { beside } from "./overdue.ts"
import type { Sentence } from "./sentence.ts"
import type { Chat } from "./session.ts"

/**
 * Like `step`, for an event that a server began to work on at `begunAtMillis` before it died: nothing that this server may have
 * done is done again. A pair made since then was made by this event or has nothing to do with it: nobody is taken out of that
 * pair, and no line written before reaches the new partner. `madeAtMillis`: when the event was made, if it came late even to that server.
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
    // This event may have shown the pair already: showing it once more is harmless, a change of partner is not.
    if (chat.shown && buttonAsked(event) === "配对") {
      return stays(chat, { _tag: "ShowPairing", room: chat.room, sinceMillis: chat.sinceMillis })
    }
  }
  return chat.sinceMillis > begunAtMillis ? beside(chat, event) : step(chat, event)
}

/**
 * True if the stored state cannot show whether the step was already carried out: entering and leaving 调戏 look the same before
 * and after. (For a relayed line the caller asks separately.)
 */
export const isUnrepeatable = (chat: Chat, next: Chat): boolean => isTeasing(chat) !== isTeasing(next)

/** What the user is told if a server that died may have carried out such a step. */
export const perhapsDone = (chat: Chat): Sentence =>
  isTeasing(chat) ? { _tag: "TeaseBegins" } : { _tag: "LeftTease" }

const isTeasing = (chat: Chat): boolean => chat._tag === "Teasing"

/** If the user is in no chat any more, they are told that this press ended it: a server that died may have done so. */
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
