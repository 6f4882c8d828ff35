/** One exchange with a chatbot's HTTP API: JSON out, JSON in, within a time and a size. */
import { Effect, Layer, Option, type Redacted, Schema, Stream } from "effect"
import {
  FetchHttpClient,
  HttpClient,
  type HttpClientError,
  HttpClientRequest,
  type HttpClientResponse
} from "effect/http"
import { ChatbotUnavailable } from "./chatbot.ts"

/** Where a chatbot is, and the key to it. */
export interface BotAccount {
  readonly url: string
  readonly key: Redacted.Redacted
}

export interface BotCall {
  readonly url: string
  /** Sent as JSON. */
  readonly body: unknown
  readonly headers: Readonly<Record<string, string>>
}

/** What a chatbot answered; `body` is undefined if that is not JSON. */
export interface BotAnswer {
  readonly status: number
  readonly body: unknown
}

/** How long a chatbot may think, a second try included. Under `laterMillis` (13.5 s), since looking up the last turns takes time too. */
export const thinkMillis = 12_000

/** An answer is a few kilobytes; a model that thinks aloud may write more. */
export const mostAnswerCharacters = 256 * 1_024

/** A call without an answer, or with a server's error, is tried once more after this time. */
const pauseBeforeRetryMillis = 300

/** A client of its own that follows no redirection: the key would go along. */
export const botClientLayer: Layer.Layer<HttpClient.HttpClient> = Layer.fresh(FetchHttpClient.layer).pipe(
  Layer.provide(Layer.succeed(FetchHttpClient.RequestInit, { redirect: "error" }))
)

/** Carries out one call. It is never traced: the trace would go along to the chatbot. Errors quote nothing that was sent or came. */
export const exchange = (
  client: HttpClient.HttpClient,
  call: BotCall
): Effect.Effect<BotAnswer, ChatbotUnavailable> => {
  const attempt = client.execute(requestOf(call)).pipe(
    Effect.mapError(() => new ChatbotUnavailable({ reason: "network" })),
    Effect.flatMap(answerOf)
  )
  return attempt.pipe(
    Effect.catchIf(
      ({ reason }) => reason === "network" || reason === "server error",
      () => Effect.andThen(Effect.sleep(pauseBeforeRetryMillis), attempt)
    ),
    Effect.timeoutOrElse({
      duration: thinkMillis,
      orElse: () => Effect.fail(new ChatbotUnavailable({ reason: "timeout" }))
    }),
    Effect.provideService(HttpClient.TracerDisabledWhen, () => true)
  )
}

const requestOf = ({ url, body, headers }: BotCall) =>
  HttpClientRequest.post(url).pipe(
    HttpClientRequest.bodyText(JSON.stringify(body), "application/json"),
    HttpClientRequest.setHeaders(headers)
  )

/** HTTP statuses that say what is wrong; those of SimSimi's bodies have numbers of their own. */
export const httpStatus = {
  firstError: 400,
  unauthorised: 401,
  paymentRequired: 402,
  forbidden: 403,
  tooManyRequests: 429,
  firstServerError: 500
} as const

const answerOf = Effect.fnUntraced(function* (response: HttpClientResponse.HttpClientResponse) {
  const { status } = response
  const unread = ({ reason }: HttpClientError.HttpClientError) =>
    reason._tag === "EmptyBodyError"
      ? new ChatbotUnavailable({ reason: "answer not understood", status })
      : new ChatbotUnavailable({ reason: "network" })
  if (status >= httpStatus.firstServerError)
    return yield* new ChatbotUnavailable({ reason: "server error", status })
  const text = yield* Stream.runFoldEffect(
    Stream.decodeText(Stream.mapError(response.stream, unread)),
    () => "",
    (before, part) =>
      before.length + part.length > mostAnswerCharacters
        ? Effect.fail(new ChatbotUnavailable({ reason: "answer too large", status }))
        : Effect.succeed(before + part)
  )
  const answer: BotAnswer = { status, body: parseJson(text) }
  return answer
})

const decodeJson = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Unknown))

const parseJson = (text: string): unknown => Option.getOrUndefined(decodeJson(text))
