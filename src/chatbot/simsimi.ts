/** SimSimi's SmallTalk API, version 190410 (workshop.simsimi.com/en/document; protocol notes 11). */
import { Effect, Layer, Option, Redacted, Schema } from "effect"
import { HttpClient } from "effect/http"
import { type BotAccount, type BotAnswer, exchange, httpStatus } from "./bot-exchange.ts"
import { Chatbot, type ChatbotError, ChatbotRefused, ChatbotUnavailable } from "./chatbot.ts"

const simsimiPath = "/190410/talk"

/** The longest `utext`, in characters. */
const simsimiMostCharacters = 100

/** SimSimi's own codes: `ch` is simplified Chinese, `zh` traditional. */
const simplifiedChinese = "ch"

/** What SimSimi says of an answer, in the body. */
const simsimiStatus = {
  ok: 200,
  parameterRequired: 227,
  doNotUnderstand: 228,
  unauthorized: 403,
  limitExceeded: 429
} as const

/** People taught SimSimi its answers: how probable it may be that one is a bad word. One decimal, 0 to 1. */
const mostBadWordProbability = 0.3

export const simsimiLayer = (account: BotAccount): Layer.Layer<Chatbot, never, HttpClient.HttpClient> =>
  Layer.effect(
    Chatbot,
    Effect.map(HttpClient.HttpClient, (client) => ({
      mostCharacters: simsimiMostCharacters,
      takesTurns: false,
      reply: (said) =>
        Effect.flatMap(
          exchange(client, {
            url: account.url + simsimiPath,
            headers: { "x-api-key": Redacted.value(account.key) },
            body: { utext: said, lang: simplifiedChinese, atext_bad_prob_max: mostBadWordProbability }
          }),
          answered
        )
    }))
  )

const Answer = Schema.Struct({
  status: Schema.optionalKey(Schema.Int),
  atext: Schema.optionalKey(Schema.String)
})
const decode = Schema.decodeUnknownOption(Answer)

/** A refused key is also known by the status of HTTP alone. */
const answered = (answer: BotAnswer): Effect.Effect<string, ChatbotError> => {
  const body = Option.getOrUndefined(decode(answer.body))
  const status = body?.status ?? answer.status
  switch (status) {
    case simsimiStatus.ok:
      return body?.atext === undefined
        ? Effect.fail(new ChatbotUnavailable({ reason: "answer not understood", status }))
        : Effect.succeed(body.atext)
    case simsimiStatus.doNotUnderstand:
      return Effect.fail(new ChatbotRefused({ reason: "nothing to say" }))
    case httpStatus.unauthorised:
    case simsimiStatus.unauthorized:
      return Effect.fail(new ChatbotUnavailable({ reason: "key", status }))
    case simsimiStatus.limitExceeded:
      return Effect.fail(new ChatbotUnavailable({ reason: "limit", status }))
    default:
      return Effect.fail(
        new ChatbotUnavailable({
          reason: status >= httpStatus.firstServerError ? "server error" : "bad request",
          status
        })
      )
  }
}
