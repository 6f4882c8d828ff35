/** WeChat's callback: `GET /wechat` proves who we are, `POST /wechat` brings a message and takes its answer (contract, "Addresses"). */
import { Clock, Effect, Result } from "effect"
import { HttpRouter, type HttpServerRequest, HttpServerResponse } from "effect/http"
import { Inbox } from "../chat/inbox.ts"
import type { Content } from "../core/content.ts"
import { isSigned, type MessageMode, openCallback, type OpenedCallback } from "../wechat/message-mode.ts"
import { type Incoming, readMessage } from "../wechat/messages.ts"
import { imageReply, type ReplyAddress, success, textReply, videoReply, voiceReply } from "../wechat/reply.ts"
import { makeRefusals } from "./refusals.ts"
import { type BodyReader, makeBodyReader } from "./request-body.ts"

/** How far the timestamp of a callback may be off, in either direction: clocks differ, and WeChat repeats for 15 s. */
export const timestampToleranceSeconds = 10 * 60

const callbackPath = "/wechat"

export const webhookRoutes = (mode: MessageMode) =>
  HttpRouter.use(
    Effect.fnUntraced(function* (router) {
      const inbox = yield* Inbox
      const refuse = makeRefusals()
      const readBody = yield* makeBodyReader
      yield* router.add("*", callbackPath, (request) => {
        switch (request.method) {
          case "GET":
            return verify(mode, refuse, request)
          case "POST":
            return receive(mode, inbox, refuse, readBody, request)
          default:
            return Effect.succeed(notAllowed)
        }
      })
    })
  )

type Refuse = ReturnType<typeof makeRefusals>

const verify = (mode: MessageMode, refuse: Refuse, request: HttpServerRequest.HttpServerRequest) => {
  const query = queryOf(request)
  const echo = query.get("echostr")
  if (!isSigned(tokenOf(mode), fieldsOf(query))) return refuse({ status: 401, why: unsigned, query })
  return echo === null
    ? refuse({ status: 400, why: "no echostr", query })
    : Effect.succeed(HttpServerResponse.text(echo))
}

const unsigned = "not signed with WECHAT_TOKEN"

const receive = (
  mode: MessageMode,
  inbox: Inbox["Service"],
  refuse: Refuse,
  readBody: BodyReader,
  request: HttpServerRequest.HttpServerRequest
) => {
  const query = queryOf(request)
  const fields = fieldsOf(query)
  return Effect.gen(function* () {
    const seconds = Math.floor((yield* Clock.currentTimeMillis) / 1_000)
    // Before the body is read: who cannot sign does not get to send one.
    if (!isSigned(tokenOf(mode), fields)) return yield* refuse({ status: 401, why: unsigned, query })
    if (!isFresh(fields.timestamp, seconds)) {
      return yield* refuse({ status: 401, why: "its time is too far off", query })
    }
    const body = yield* readBody(request)
    const opened = openCallback(mode, fields, body)
    if (Result.isFailure(opened)) {
      const status = opened.failure._tag === "CallbackUnsigned" ? 401 : 400
      return yield* refuse({ status, why: opened.failure.message, query, body })
    }
    const incoming = readMessage(opened.success.xml)
    if (Result.isFailure(incoming)) {
      return yield* refuse({ status: 400, why: incoming.failure.message, query, body })
    }
    const answer = yield* inbox.answer(incoming.success)
    return reply(opened.success, incoming.success, answer, seconds)
  }).pipe(
    Effect.catchTags({
      BodyTooLarge: ({ message }) => refuse({ status: 413, why: message, query }),
      BodyIncomplete: ({ message }) => refuse({ status: 408, why: message, query })
    })
  )
}

const reply = (
  opened: OpenedCallback,
  incoming: Incoming,
  answer: Content | undefined,
  nowSeconds: number
): HttpServerResponse.HttpServerResponse => {
  if (answer === undefined) return HttpServerResponse.text(success)
  const document = replyDocument(answer, {
    to: incoming.from,
    from: incoming.to,
    // Not the time of the answer: every attempt of one message gets the same, and WeChat does not check it (notes 3.2).
    createTimeSeconds: incoming.createTimeSeconds
  })
  return document === success
    ? HttpServerResponse.text(success)
    : HttpServerResponse.text(opened.answer(document, nowSeconds), { contentType: "text/xml; charset=utf-8" })
}

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

const notAllowed = HttpServerResponse.empty({ status: 405, headers: { allow: "GET, POST" } })

const tokenOf = (mode: MessageMode) => (mode._tag === "Plain" ? mode.token : mode.keys.token)

const queryOf = (request: HttpServerRequest.HttpServerRequest): URLSearchParams => {
  const start = request.url.indexOf("?")
  return new URLSearchParams(start < 0 ? "" : request.url.slice(start + 1))
}

const fieldsOf = (query: URLSearchParams) => ({
  signature: query.get("signature") ?? undefined,
  timestamp: query.get("timestamp") ?? undefined,
  nonce: query.get("nonce") ?? undefined,
  msg_signature: query.get("msg_signature") ?? undefined
})

const isFresh = (timestamp: string | undefined, nowSeconds: number): boolean =>
  timestamp !== undefined &&
  /^\d{1,12}$/.test(timestamp) &&
  Math.abs(Number(timestamp) - nowSeconds) <= timestampToleranceSeconds
