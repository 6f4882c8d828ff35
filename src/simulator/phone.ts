import { noAllowance, type Allowance } from "./allowance.ts"
import type { AccountMessage, Article } from "./account-message.ts"

/** One line of a conversation as a phone shows it. */
export interface Bubble {
  readonly id: number
  readonly side: "own" | "account" | "system"
  readonly kind: "text" | "image" | "sticker" | "voice" | "video" | "news" | "music" | "card"
  /** The words, or a substitute for a thing that has none. */
  readonly text: string
  readonly mediaId: string
  readonly articles: ReadonlyArray<Article>
  readonly atMillis: number
  /** How an account's bubble came: in the exchange, or by `custom/send`. */
  readonly by: "user" | "reply" | "push" | "platform"
}

/** A follower's phone; `following` false after it left the account. */
export interface Phone {
  readonly openid: string
  readonly number: number
  readonly following: boolean
  readonly allowance: Allowance
  /** When the last message went one way or the other. */
  readonly lastExchangeMillis: number
  readonly typingUntilMillis: number
  readonly bubbles: ReadonlyArray<Bubble>
}

/** A long evening of talk; older bubbles are dropped so that memory and page stay small. */
export const phoneHistoryBubbles = 300

export const newPhone = (openid: string, number: number): Phone => ({
  openid,
  number,
  following: false,
  allowance: noAllowance,
  lastExchangeMillis: 0,
  typingUntilMillis: 0,
  bubbles: []
})

export const withBubble = (phone: Phone, bubble: Bubble): Phone => ({
  ...phone,
  bubbles: [...phone.bubbles, bubble].slice(-phoneHistoryBubbles)
})

/** What a bubble holds, without its place in the conversation. */
export type BubbleContent = Pick<Bubble, "kind" | "text" | "mediaId" | "articles">

export const textContent = (text: string): BubbleContent => ({
  kind: "text",
  text,
  mediaId: "",
  articles: []
})

export const mediaContent = (kind: Bubble["kind"], mediaId: string, text: string): BubbleContent => ({
  kind,
  text,
  mediaId,
  articles: []
})

export const accountContent = (message: AccountMessage): BubbleContent => {
  switch (message.kind) {
    case "text":
      return textContent(message.content)
    case "news":
    case "music":
    case "card":
      return { kind: message.kind, text: "", mediaId: "", articles: message.articles }
    default:
      return mediaContent(message.kind, message.mediaId, message.title ?? "")
  }
}
