import { stays } from "./chat-news.ts"
import { type Step, step } from "./conversation.ts"
import type { ChatEvent } from "./event.ts"
import type { Chat, Paired } from "./session.ts"

/**
 * As `step`, for an event that was made at `madeAtMillis` and may come late, since WeChat's earlier attempts to deliver it were lost: see
 * `beside`. Absent: it comes at once. `leftAtMillis`: when the user's last chat was over. Both in milliseconds since 1970.
 */
export const stepOverdue = (
  chat: Chat,
  event: ChatEvent,
  madeAtMillis = Number.POSITIVE_INFINITY,
  leftAtMillis = Number.NEGATIVE_INFINITY
): Step => {
  if (chat._tag === "Paired" && chat.sinceMillis > madeAtMillis) return beside(chat, event)
  const wished = step(chat, event)
  return chat._tag === "Ordinary" && leftAtMillis > madeAtMillis ? meantForPartner(wished) : wished
}

/** What makes no sense to us was written to the partner of a chat that is over. */
const meantForPartner = (wished: Step): Step => ({
  ...wished,
  commands: wished.commands.map((command) =>
    command._tag === "Reply" && command.sentence._tag === "Hint"
      ? { ...command, sentence: { _tag: "NotSent" } }
      : command
  )
})

/**
 * An event from before the pair: the pair is none of its business. Nothing of it reaches the partner, nobody is taken out of the pair, and a
 * report is about the partner before. Who unfollowed is gone all the same.
 */
export const beside = (pair: Paired, event: ChatEvent): Step => {
  const wished = step(pair, event)
  if (event._tag === "Unfollowed") return wished
  const wishes = new Set(wished.commands.map(({ _tag }) => _tag))
  if (wishes.has("Report")) return stays(pair, { _tag: "ReportLast", but: pair.partner })
  if (wishes.has("Relay")) return stays(pair, { _tag: "Reply", sentence: { _tag: "NotSent" } })
  if (wishes.has("LeaveRoom") || wishes.has("ShowPairing")) {
    return stays(pair, { _tag: "Reply", sentence: { _tag: "StatusPaired" } })
  }
  return wished
}
