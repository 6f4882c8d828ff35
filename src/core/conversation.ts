import { type Button, isCampusButton } from "./button.ts"
import type { Periods } from "./campus-question.ts"
import { news, newsBeforeLooking, seen } from "./chat-news.ts"
import type { Command } from "./command.ts"
import { type Content, text as textContent } from "./content.ts"
import type { ChatEvent } from "./event.ts"
import { type Intent, intentOf } from "./intent.ts"
import type { CloseReason, RoomId } from "./room.ts"
import { type Sentence } from "./sentence.ts"
import { type Chat, ordinary, type Paired } from "./session.ts"

/** The state after an event, and what to do about it. */
export interface Step {
  readonly chat: Chat
  readonly commands: ReadonlyArray<Command>
}

/**
 * The state machine of one user's chat (contract, "States and their numbers"): total, and nothing but data.
 * News that `chat` still carries (a farewell, a pair not yet seen) is told by the first Reply.
 */
export const step = (chat: Chat, event: ChatEvent): Step => {
  switch (event._tag) {
    case "Unfollowed":
      return { chat: ordinary, commands: [...endOf(chat, "unfollowed"), { _tag: "Forget" }] }
    case "PartnerFound":
      return {
        chat: {
          _tag: "Paired",
          room: event.room,
          partner: event.partner,
          sinceMillis: event.sinceMillis,
          shown: false
        },
        commands: [reply({ _tag: "PairMade", room: event.room })]
      }
    case "NobodyThere":
      return { chat: { _tag: "Looking", room: event.room }, commands: [reply({ _tag: "Looking" })] }
    case "Followed":
      return followed(chat)
    case "Pressed":
      return pressed(chat, event.button)
    case "Said":
      return said(chat, event.text)
    case "Sent":
      return sent(chat, event.content)
    case "Waited":
      return chat._tag === "Looking" ? telling(chat, reply({ _tag: "Looking" })) : telling(chat)
    case "NotCarried": {
      const outside = chat._tag === "Paired" ? {} : { outside: true as const }
      return telling(chat, reply({ _tag: "NotCarried", kind: event.kind, ...outside }))
    }
  }
}

const pressed = (chat: Chat, button: Button, periods?: Periods): Step => {
  const answer = (...commands: ReadonlyArray<Command>): Step => telling(chat, ...commands)
  if (isCampusButton(button)) {
    const question = periods === undefined ? { button } : { button, periods }
    return answer({ _tag: "AskCampus", question })
  }
  switch (button) {
    case "关于":
      return answer(reply({ _tag: "About" }))
    case "状态":
      return status(chat)
    case "退出":
      return leave(chat)
    case "更换":
      return chat._tag === "Looking" ? look(chat) : change(chat)
    case "配对":
      if (chat._tag !== "Paired") return look(chat)
      if (chat.shown) return change(chat)
      // This user was not told of the pair and believes to be looking: the notice of the pair is the whole answer.
      if (chat.unseen === true) return answer()
      return {
        chat: { ...chat, shown: true },
        commands: [{ _tag: "ShowPairing", room: chat.room, sinceMillis: chat.sinceMillis }]
      }
  }
}

/** Somebody new is told what there is. Word that they unfollowed may have been lost: then they are where they were, and hear so. */
const followed = (chat: Chat): Step => {
  const welcome = reply({ _tag: "Welcome" })
  return chat._tag === "Ordinary"
    ? telling(chat, welcome)
    : telling(chat, welcome, reply(standing[chat._tag]))
}

const status = (chat: Chat): Step => telling(chat, reply(standing[chat._tag]))

const standing = {
  Ordinary: { _tag: "StatusNotPaired" },
  Teasing: { _tag: "StatusNotPaired", teasing: true },
  Looking: { _tag: "Looking" },
  Paired: { _tag: "StatusPaired" }
} as const satisfies Record<Chat["_tag"], Sentence>

const look = (chat: Chat): Step =>
  chat._tag === "Looking" && chat.room !== undefined
    ? { chat, commands: [{ _tag: "Look", room: chat.room }] }
    : change(chat)

const change = (chat: Chat): Step =>
  chat === ordinary
    ? begun
    : {
        chat: { _tag: "Looking" },
        commands: [...replies(newsBeforeLooking(chat)), ...endOf(chat, "changed"), { _tag: "Look" }]
      }

const leave = (chat: Chat): Step => {
  switch (chat._tag) {
    case "Ordinary":
      return chat.farewell === undefined ? telling(chat, reply({ _tag: "NothingToLeave" })) : telling(chat)
    case "Teasing":
      return leaveTease
    case "Looking":
    case "Paired":
      return { chat: ordinary, commands: [...endOf(chat, "left"), reply(left(chat))] }
  }
}

const left = (chat: Chat): Sentence =>
  chat._tag === "Paired" ? { _tag: "Left", pair: true } : { _tag: "Left" }

const report = (chat: Chat): Step => {
  if (chat._tag !== "Paired") return reportLast(chat)
  // The partner is told no more than that somebody left.
  return {
    chat: ordinary,
    commands: [
      { _tag: "Report", room: chat.room, about: chat.partner },
      ...endOf(chat, "left"),
      reply({ _tag: "Reported" })
    ]
  }
}

const reportLast = (chat: Chat): Step => {
  if (chat._tag === "Paired") return telling(chat, { _tag: "ReportLast", but: chat.partner })
  if (chat._tag !== "Looking") return telling(chat, { _tag: "ReportLast" })
  // The lobby entry of this user lists only whom they blocked before: without a new search the two could meet again.
  const again: ReadonlyArray<Command> = [...endOf(chat, "changed"), { _tag: "Look" }]
  return { chat: { _tag: "Looking" }, commands: [{ _tag: "ReportLast" }, ...again] }
}

const said = (chat: Chat, words: string): Step => {
  const intent = intentOf(words)
  const ours = intent.marked || chat._tag === "Ordinary"
  // Words typed to somebody who is gone were not meant as a command.
  const meantForPartner = chat._tag === "Ordinary" && chat.farewell !== undefined && !intent.marked
  if (meantForPartner) return { chat: ordinary, commands: [...newsOf(chat), reply({ _tag: "NotSent" })] }
  if (ours && intent._tag === "Button") return pressed(chat, intent.button, intent.periods)
  if (ours && intent._tag === "Help") return answerHelp(chat)
  if (ours && intent._tag === "Report") return report(chat)
  if (ours && intent._tag === "ReportLast") return reportLast(chat)
  if (ours && intent._tag === "Unbind") {
    return { chat: seen(chat), commands: [...newsOf(chat), { _tag: "Unbind" }] }
  }
  if (intent._tag === "Tease" && (ours || chat._tag === "Teasing")) return toggleTease(chat)
  switch (chat._tag) {
    case "Ordinary":
      return { chat: ordinary, commands: [...newsOf(chat), reply({ _tag: "Hint" })] }
    case "Teasing":
      return intent.marked ? answerHelp(chat) : { chat, commands: [{ _tag: "Tease", text: words }] }
    case "Looking":
      return look(chat)
    case "Paired": {
      return relayed(chat, textContent(words), replies(adviceAbout(intent)))
    }
  }
}

/** What the writer is told if the text of a command went to the partner. */
const adviceAbout = (intent: Intent): Sentence | undefined =>
  intent._tag === "Button"
    ? { _tag: "ButtonWouldHave", button: intent.button }
    : intent._tag === "Report"
      ? { _tag: "ReportWouldHave" }
      : undefined

const sent = (chat: Chat, content: Content): Step => {
  switch (chat._tag) {
    case "Ordinary": {
      const after: Sentence = chat.farewell === undefined ? { _tag: "Hint" } : { _tag: "NotSent" }
      return { chat: ordinary, commands: [...newsOf(chat), reply(after)] }
    }
    case "Teasing":
      return { chat, commands: [reply({ _tag: "TeaseOnlyText" })] }
    case "Looking":
      return look(chat)
    case "Paired":
      return relayed(chat, content, [])
  }
}

const relayed = (chat: Paired, content: Content, advice: ReadonlyArray<Command>): Step => ({
  chat: { ...(seen(chat) as Paired), shown: false },
  commands: [...newsOf(chat), { _tag: "Relay", room: chat.room, to: chat.partner, content }, ...advice]
})

const toggleTease = (chat: Chat): Step => {
  switch (chat._tag) {
    case "Ordinary":
      return {
        chat: { _tag: "Teasing" },
        commands: [...newsOf(chat), forgetTease, reply({ _tag: "TeaseBegins" })]
      }
    case "Teasing":
      return leaveTease
    case "Looking":
    case "Paired":
      return { chat: seen(chat), commands: [...newsOf(chat), reply({ _tag: "TeaseNotNow" })] }
  }
}

const answerHelp = (chat: Chat): Step => ({
  chat: seen(chat),
  commands: [...newsOf(chat), reply({ _tag: "Help", state: chat._tag })]
})

const endOf = (chat: Chat, why: CloseReason): ReadonlyArray<Command> => {
  if (chat._tag === "Paired") return [{ _tag: "LeaveRoom", room: chat.room, why }]
  if (chat._tag === "Teasing") return [forgetTease]
  const room: RoomId | undefined = chat._tag === "Looking" ? chat.room : undefined
  return room === undefined ? [] : [{ _tag: "StopLooking", room }]
}

/** Keeps the state; a notice that is still to be told comes first. */
const telling = (chat: Chat, ...commands: ReadonlyArray<Command>): Step => ({
  chat: seen(chat),
  commands: [...newsOf(chat), ...commands]
})

const newsOf = (chat: Chat): ReadonlyArray<Command> => replies(news(chat))

const replies = (sentence: Sentence | undefined): ReadonlyArray<Command> =>
  sentence === undefined ? [] : [reply(sentence)]

const reply = (sentence: Sentence): Command => ({ _tag: "Reply", sentence })

/** The step that starts a search and says nothing; a shared constant, because every pairing passes here. */
const begun: Step = { chat: { _tag: "Looking" }, commands: [{ _tag: "Look" }] }

const forgetTease: Command = { _tag: "ForgetTease" }

const leaveTease: Step = { chat: ordinary, commands: [forgetTease, reply({ _tag: "LeftTease" })] }
