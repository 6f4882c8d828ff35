/** WeChat's callback: `GET /wechat` proves who we are, `POST /wechat` brings a message and takes its answer (contract, "Addresses"). */
import { Clock, Effect, Tracer } from "effect"
import { HttpRouter, type HttpServerRequest, HttpServerResponse } from "effect/http"
import { isSigned, type MessageMode, tokenOf } from "../wechat/message-mode.ts"
import { type CallbackAnswer, callbackQuery, makeMessageCallback, unsigned } from "./message-callback.ts"
import { makeMessageListener } from "./message-listener.ts"
import { PastRouter } from "./past-router.ts"
import { endsConnection } from "./refusals.ts"
import { makeBodyReader } from "./request-body.ts"

const callbackPath = "/wechat"

export const webhookRoutes = (mode: MessageMode) =>
  HttpRouter.use(
    Effect.fnUntraced(function* (router) {
      const callback = yield* makeMessageCallback(mode)
      const readBody = yield* makeBodyReader

      const verify = (request: HttpServerRequest.HttpServerRequest) => {
        const query = callbackQuery(request.url)
        const echo = new URLSearchParams(query.text).get("echostr")
        const isVerification = echo !== null && isSigned(tokenOf(mode), query)
        return isVerification
          ? Effect.succeed(HttpServerResponse.text(echo))
          : Effect.map(callback.refused(query, 401, echo === null ? "no echostr" : unsigned), responseTo)
      }

      const receive = Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest) {
        const query = callbackQuery(request.url)
        const problem = callback.problem(query, yield* Clock.currentTimeMillis)
        if (problem !== undefined) return responseTo(yield* callback.refused(query, 401, problem))
        const answer = yield* readBody(request).pipe(
          Effect.flatMap((body) => callback.answer(query, body)),
          Effect.catch((problem) => callback.unread(query, problem))
        )
        return responseTo(answer)
      })

      yield* router.add("*", callbackPath, (request) => {
        switch (request.method) {
          case "GET":
            return verify(request)
          case "POST":
            return receive(request)
          default:
            return Effect.succeed(notAllowed)
        }
      })
      const { takeOver } = yield* PastRouter
      // Only the router makes spans of requests, so with a tracer every request goes through it, at its cost.
      if (!(yield* isTraced)) yield* takeOver(yield* makeMessageListener(callbackPath, callback))
    })
  )

const isTraced = Effect.map(Effect.tracer, (tracer) => tracer !== Tracer.nativeTracer)

const responseTo = (answer: CallbackAnswer): HttpServerResponse.HttpServerResponse => {
  if (answer._tag === "Answered") {
    return HttpServerResponse.text(answer.text, { contentType: answer.contentType })
  }
  const { status } = answer
  const headers = endsConnection(status) ? { connection: "close" } : {}
  return HttpServerResponse.empty({ status, headers })
}

const notAllowed = HttpServerResponse.empty({ status: 405, headers: { allow: "GET, POST" } })
