/** Tells the service what a phone did, as WeChat does: signed, within five seconds, three times at most (protocol notes 3.1). */
import { isUtf8 } from "node:buffer"
import { Clock, Duration, Effect, Random, Result, type Redacted } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import { requestSignature } from "../wechat/signature.ts"
import { AnswerRefused, readAnswer, type AccountMessage } from "./reply-reader.ts"
import type { WireEntry } from "./wire.ts"

export interface CallbackTarget {
  /** Where the service listens for WeChat, as entered in WeChat's console. */
  readonly callbackUrl: string
  readonly token: Redacted.Redacted
  readonly accountId: string
  /** How long WeChat waits for one attempt; see `attemptLimitMillis`. */
  readonly attemptLimitMillis: number
}

/** One callback: the same body, and so the same MsgId, for every attempt. */
export interface Callback {
  readonly openid: string
  readonly body: string
  /** Kind of message or event, for the wire. */
  readonly what: string
}

/** What came of a callback. `Fault`: the user sees the fault sentence. */
export type Delivery =
  | { readonly _tag: "Silence" }
  | { readonly _tag: "Handover" }
  | { readonly _tag: "Message"; readonly message: AccountMessage }
  | { readonly _tag: "Fault"; readonly reason: string }

/** WeChat drops the connection after 5 s without a response (notes 3.1). */
export const attemptLimitMillis = 5000
/** Three requests in total, as observed (notes 3.1). */
export const maxAttempts = 3
/** What the user sees when no attempt brought a fit answer (notes 3.1). */
export const faultSentence = "该公众号提供的服务出现故障，请稍后再试"

/** Sends one callback, again after silence or a status other than 200, and reads the answer; tells each attempt to `record`. */
export const deliver = Effect.fnUntraced(function* (
  target: CallbackTarget,
  callback: Callback,
  record: (entry: Omit<WireEntry, "id">) => void
): Effect.fn.Return<Delivery, never, HttpClient.HttpClient> {
  let reason = "no answer"
  for (let attempt = 1; attempt <= maxAttempts; attempt++) {
    const startMillis = yield* Clock.currentTimeMillis
    const outcome = yield* attemptOnce(target, callback)
    record({
      atMillis: startMillis,
      direction: "callback",
      path: new URL(target.callbackUrl).pathname,
      what: callback.what,
      attempt,
      status: outcome.status,
      outcome: outcome.delivery === undefined ? outcome.reason : wireOutcome(outcome.delivery),
      good: outcome.delivery !== undefined && outcome.delivery._tag !== "Fault",
      durationMillis: (yield* Clock.currentTimeMillis) - startMillis
    })
    if (outcome.delivery !== undefined) return outcome.delivery
    reason = outcome.reason
  }
  return { _tag: "Fault", reason }
})

/** The verification that WeChat does when an address is saved: true when the echo comes back exactly (notes 1). */
export const verify = Effect.fnUntraced(function* (target: CallbackTarget) {
  const echo = yield* randomDigits
  const url = yield* signedUrl(target)
  url.searchParams.set("echostr", echo)
  const answer = yield* exchange(HttpClientRequest.get(url), target.attemptLimitMillis)
  return answer !== undefined && answer.status === 200 && answer.body.toString("utf8") === echo
})

/** `delivery` is missing when WeChat would try again. */
interface AttemptOutcome {
  readonly status: number
  readonly reason: string
  readonly delivery?: Delivery
}

const attemptOnce = Effect.fnUntraced(function* (
  target: CallbackTarget,
  callback: Callback
): Effect.fn.Return<AttemptOutcome, never, HttpClient.HttpClient> {
  const url = yield* signedUrl(target)
  url.searchParams.set("openid", callback.openid)
  const request = HttpClientRequest.post(url).pipe(HttpClientRequest.bodyText(callback.body, "text/xml"))
  const answer = yield* exchange(request, target.attemptLimitMillis)
  if (answer === undefined) return { status: 0, reason: "no answer in time" }
  if (answer.status !== 200) return { status: answer.status, reason: "not 200" }
  const read = yield* Effect.result(readBytes(answer.body, callback.openid, target.accountId))
  if (Result.isSuccess(read)) return { status: 200, reason: "", delivery: read.success }
  return { status: 200, reason: "", delivery: { _tag: "Fault", reason: read.failure.reason } }
})

/** A text cut in the middle of a character is no XML (pitfall 15). */
const readBytes = (body: Buffer, openid: string, accountId: string) =>
  isUtf8(body)
    ? readAnswer(body.toString("utf8"), openid, accountId)
    : Effect.fail(new AnswerRefused({ reason: "not XML" }))

/** Undefined when nothing complete came in time, or no connection. */
const exchange = (request: HttpClientRequest.HttpClientRequest, limitMillis: number) =>
  HttpClient.execute(request).pipe(
    Effect.flatMap((response) =>
      Effect.map(response.arrayBuffer, (body) => ({ status: response.status, body: Buffer.from(body) }))
    ),
    Effect.timeout(Duration.millis(limitMillis)),
    Effect.orElseSucceed(() => undefined),
    // A span would keep the openid and the signature of the address.
    Effect.provideService(HttpClient.TracerDisabledWhen, () => true)
  )

const signedUrl = Effect.fnUntraced(function* (target: CallbackTarget) {
  const timestamp = String(Math.floor((yield* Clock.currentTimeMillis) / 1000))
  const nonce = yield* randomDigits
  const url = new URL(target.callbackUrl)
  url.searchParams.set("signature", requestSignature(target.token, timestamp, nonce))
  url.searchParams.set("timestamp", timestamp)
  url.searchParams.set("nonce", nonce)
  return url
})

const randomDigits = Effect.map(Random.nextIntBetween(100_000_000, 2_000_000_000), String)

const wireOutcome = (delivery: Delivery): string => {
  switch (delivery._tag) {
    case "Silence":
      return "success"
    case "Handover":
      return "transfer_customer_service"
    case "Message":
      return delivery.message.kind
    case "Fault":
      return delivery.reason
  }
}
