import { Schema } from "effect"
import { buttons } from "./button.ts"
import { Content } from "./content.ts"
import { Openid } from "./openid.ts"
import { RoomId } from "./room.ts"

/** What can happen to one user's chat: what the user does, and how a look for a partner came out. */
export const ChatEvent = Schema.TaggedUnion({
  /** A menu button, or a click in a message menu. */
  Pressed: { button: Schema.Literals(buttons) },
  /** Typed words, exactly as they came. */
  Said: { text: Schema.String },
  /** A picture, voice, video, or a place or link already put into words. */
  Sent: { content: Content },
  /** Something that WeChat does not let us pass on. */
  NotCarried: { kind: Schema.Literals(["sticker", "unknown"]) },
  Followed: {},
  Unfollowed: {},
  /** A look for a partner found one. */
  PartnerFound: { room: RoomId, partner: Openid, sinceMillis: Schema.Natural },
  /** A look for a partner found nobody; the user waits in `room`. */
  NobodyThere: { room: RoomId },
  /** The exchange that was held open for a search ends now: the user is told how the search stands. */
  Waited: {}
})
export type ChatEvent = typeof ChatEvent.Type

/** Whether it goes to the partner, if there is one. */
export const isLine = (event: ChatEvent): boolean => event._tag === "Said" || event._tag === "Sent"
