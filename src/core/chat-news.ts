import type { Command } from "./command.ts"
import type { Step } from "./conversation.ts"
import type { Sentence } from "./sentence.ts"
import { type Chat, ordinary, type Paired } from "./session.ts"

/** What the user has not been told yet: that the pair was made, or how the room ended. */
export const news = (chat: Chat): Sentence | undefined => {
  if (chat._tag === "Paired" && chat.unseen === true) return { _tag: "PairMade", room: chat.room }
  if (chat._tag !== "Ordinary" || chat.farewell === undefined) return undefined
  switch (chat.farewell) {
    case "partnerLeft":
      return { _tag: "PartnerLeft" }
    case "searchFailed":
      return { _tag: "SearchFailed" }
    case "idleEnded":
      return { _tag: "IdleEnded" }
    case "youLeft":
      return { _tag: "Left" }
  }
}

/** What of it is told to a user who asks to look again; they need not hear that the last search, or their own leaving, is over. */
export const newsBeforeLooking = (chat: Chat): Sentence | undefined =>
  chat._tag === "Ordinary" && (chat.farewell === "searchFailed" || chat.farewell === "youLeft")
    ? undefined
    : news(chat)

/**
 * What is left to say to a user who asked for a partner and was told of the new one already: behind that, the end of the last chat would be
 * taken for the end of the new one.
 */
export const behindNewPair = (sentences: ReadonlyArray<Sentence>): ReadonlyArray<Sentence> =>
  sentences.filter(({ _tag }) => !endsChat.has(_tag))

/** What is said of the end of a chat, or of a search. */
const endsChat: ReadonlySet<Sentence["_tag"]> = new Set<Sentence["_tag"]>([
  "PartnerLeft",
  "IdleEnded",
  "SearchFailed"
])

/** The state of a user who was told. */
export const seen = (chat: Chat): Chat => {
  if (chat._tag === "Ordinary") return ordinary
  if (chat._tag !== "Paired") return chat
  const { unseen: _told, ...told } = chat
  return told
}

/** The pair stays as it is; what the user has not been told of it comes before the answer. */
export const stays = (pair: Paired, answer: Command): Step => {
  const sentence = news(pair)
  const told: ReadonlyArray<Command> = sentence === undefined ? [] : [{ _tag: "Reply", sentence }]
  return { chat: seen(pair), commands: [...told, answer] }
}
