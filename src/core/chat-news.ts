import type { Sentence } from "./sentence.ts"
import { type Chat, ordinary } from "./session.ts"

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

/** The state of a user who was told. */
export const seen = (chat: Chat): Chat => {
  if (chat._tag === "Ordinary") return ordinary
  if (chat._tag !== "Paired") return chat
  const { unseen: _told, ...told } = chat
  return told
}
