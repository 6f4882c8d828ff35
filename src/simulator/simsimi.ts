/** A stand-in for SimSimi over HTTP, with the companion of the demo behind it; written from SimSimi's documentation, not from our client. */
import { Effect, type Layer, Option, Redacted, Schema } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import { companionAnswer } from "./companion.ts"

/** How long it thinks when asked to think slowly: longer than WeChat waits for one answer. */
export const slowThoughtMillis = 7_000

const slowly = /慢/u

/** `POST /190410/talk`, for callers with the key. */
export const simsimiRoutes = (key: Redacted.Redacted): Layer.Layer<never, never, HttpRouter.HttpRouter> =>
  HttpRouter.add(
    "POST",
    "/190410/talk",
    Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      if (request.headers["x-api-key"] !== Redacted.value(key)) return answer(403, "Unauthorized")
      const asked = decode(yield* Effect.orElseSucceed(request.text, () => ""))
      if (Option.isNone(asked)) return answer(227, "Parameter Required")
      const { utext, lang } = asked.value
      if (lang !== "ch" && lang !== "zh") return answer(228, "Do Not Understand")
      if (slowly.test(utext)) yield* Effect.sleep(slowThoughtMillis)
      return answer(200, "Ok", { atext: companionAnswer(utext), lang, request: asked.value })
    })
  )

const decode = Schema.decodeUnknownOption(
  Schema.fromJsonString(
    Schema.Struct({
      utext: Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(100)),
      lang: Schema.String
    })
  )
)

/** The status stands in the body; HTTP's is always 200. */
const answer = (status: number, statusMessage: string, rest: object = {}) =>
  HttpServerResponse.jsonUnsafe({ status, statusMessage, ...rest })
