/** A callback that brings a message: what is checked before its body is read, and what it is answered. */
import { Clock, Effect, Result } from "effect"
import { Inbox } from "../chat/inbox.ts"
import type { Content } from "../core/content.ts"
import {
  isSigned,
  type MessageMode,
  openSigned,
  type OpenedCallback,
  type SignedFields,
  tokenOf
} from "../wechat/message-mode.ts"
import { type Incoming, readMessage } from "../wechat/messages.ts"
import { imageReply, type ReplyAddress, success, textReply, videoReply, voiceReply } from "../wechat/reply.ts"
import { makeRefusals, type RefusalStatus } from "./refusals.ts"
import type { BodyIncomplete, BodyTooLarge } from "./request-body.ts"
import { queryTextOf } from "./request-query.ts"

/** How far the timestamp of a callback may be off, in either direction: clocks differ, and WeChat repeats for 15 s. */
const timestampToleranceSeconds = 10 * 60

export const unsigned = "not signed with WECHAT_TOKEN"

/** A callback's query: as it came, and the fields that are read here. */
export interface CallbackQuery extends SignedFields {
  readonly text: string
}

export type CallbackAnswer =
  | { readonly _tag: "Answered"; readonly text: string; readonly contentType: string }
  | { readonly _tag: "Refused"; readonly status: RefusalStatus }

export const makeMessageCallback = Effect.fnUntraced(function* (mode: MessageMode) {
  const inbox = yield* Inbox
  const refuse = makeRefusals()

  const refused = (query: CallbackQuery, status: RefusalStatus, why: string, body?: string) =>
    Effect.as(
      refuse({
        status,
        why,
        query: new URLSearchParams(query.text),
        ...(body === undefined ? {} : { body })
      }),
      {
        _tag: "Refused",
        status
      } satisfies CallbackAnswer
    )

  /** Why a callback is refused before its body is read: a client that cannot sign does not get to send one. Milliseconds since 1970. */
  const problem = (query: CallbackQuery, nowMillis: number): string | undefined => {
    if (!isSigned(tokenOf(mode), query)) return unsigned
    return isFresh(query.timestamp, Math.floor(nowMillis / 1_000)) ? undefined : "its time is too far off"
  }

  /** What is answered to a callback without such a problem. */
  const answer = (query: CallbackQuery, body: string): Effect.Effect<CallbackAnswer> => {
    const opened = openSigned(mode, query, body)
    if (Result.isFailure(opened)) {
      const status = opened.failure._tag === "CallbackUnsigned" ? 401 : 400
      return refused(query, status, opened.failure.message, body)
    }
    const incoming = readMessage(opened.success.xml)
    if (Result.isFailure(incoming)) return refused(query, 400, incoming.failure.message, body)
    return Effect.flatMap(inbox.answer(incoming.success), (content) =>
      Effect.map(Clock.currentTimeMillis, (now) =>
        answerWith(content, incoming.success, opened.success, Math.floor(now / 1_000))
      )
    )
  }

  /** What is answered if the body could not be read. */
  const unread = (query: CallbackQuery, { _tag, message }: BodyTooLarge | BodyIncomplete) =>
    refused(query, _tag === "BodyTooLarge" ? 413 : 408, message)

  return { problem, answer, unread, refused }
})

export type MessageCallback = Effect.Success<ReturnType<typeof makeMessageCallback>>

/** The query of a request's target. Its fields are read as `URLSearchParams` does, in a fifth of the time if nothing is encoded. */
export const callbackQuery = (target: string): CallbackQuery => {
  const text = queryTextOf(target)
  const field = special.test(text) ? decodedField(text) : plainField(text)
  return {
    text,
    signature: field("signature"),
    timestamp: field("timestamp"),
    nonce: field("nonce"),
    msg_signature: field("msg_signature")
  }
}

const fields = {
  signature: /&signature(?:=([^&]*))?&/,
  timestamp: /&timestamp(?:=([^&]*))?&/,
  nonce: /&nonce(?:=([^&]*))?&/,
  msg_signature: /&msg_signature(?:=([^&]*))?&/
} as const

/** What `URLSearchParams` decodes or drops. */
const special = /^\?|[%+]/

const decodedField = (text: string) => {
  const all = new URLSearchParams(text)
  return (name: keyof typeof fields): string | undefined => all.get(name) ?? undefined
}

const plainField = (text: string) => {
  const between = `&${text}&`
  return (name: keyof typeof fields): string | undefined => {
    const found = fields[name].exec(between)
    return found === null ? undefined : (found[1] ?? "")
  }
}

const answerWith = (
  content: Content | undefined,
  incoming: Incoming,
  opened: OpenedCallback,
  nowSeconds: number
): CallbackAnswer => {
  const document = content === undefined ? success : replyDocument(content, addressOf(incoming))
  return document === success
    ? { _tag: "Answered", text: success, contentType: "text/plain" }
    : {
        _tag: "Answered",
        text: opened.answer(document, nowSeconds),
        contentType: "text/xml; charset=utf-8"
      }
}

// The time of the message, not that of the answer: every attempt gets the same reply, and WeChat does not check the time (notes
// 3.2).
const addressOf = ({ from, to, createTimeSeconds }: Incoming): ReplyAddress => ({
  to: from,
  from: to,
  createTimeSeconds
})

const replyDocument = (answer: Content, address: ReplyAddress): string => {
  switch (answer._tag) {
    case "Text":
      return textReply({ ...address, content: answer.text })
    case "Image":
      return imageReply({ ...address, mediaId: answer.mediaId })
    case "Voice":
      return voiceReply({ ...address, mediaId: answer.mediaId })
    case "Video":
      return videoReply({ ...address, mediaId: answer.mediaId })
  }
}

const isFresh = (timestamp: string | undefined, nowSeconds: number): boolean =>
  timestamp !== undefined &&
  /^\d{1,12}$/.test(timestamp) &&
  Math.abs(Number(timestamp) - nowSeconds) <= timestampToleranceSeconds
