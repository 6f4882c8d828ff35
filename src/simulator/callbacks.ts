/** Tells the service what a phone did, as WeChat does: within five seconds, three times at most (protocol notes 3.1). */
import { isUtf8 } from "node:buffer"
import { Clock, Effect, Result } from "effect"
import type { HttpClient } from "effect/http"
import { openAnswer } from "./callback-envelope.ts"
import { postCallback, type CallbackLine, type Exchanged } from "./callback-exchange.ts"
import type { CallbackFault, Faults } from "./fault-plan.ts"
import { AnswerRefused, readAnswer, type AccountMessage } from "./reply-reader.ts"
import { cutRaw, type WireEntry } from "./wire.ts"

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
  line: CallbackLine,
  faults: Faults,
  callback: Callback,
  record: (entry: Omit<WireEntry, "id">) => void
): Effect.fn.Return<Delivery, never, HttpClient.HttpClient> {
  let reason = "no answer"
  let server = 0
  for (let attempt = 1; attempt <= maxAttempts; attempt++) {
    const struck = yield* faults.onCallback(callback.what)
    if (struck.some(({ fault }) => fault === "elsewhere")) server += 1
    const address = line.callbackUrls[server % line.callbackUrls.length] ?? line.callbackUrls[0]
    const once = attemptOnce(line, address, callback, struck, attempt, record)
    const copies = struck.some(({ fault }) => fault === "twice") ? [once, once] : [once]
    const outcomes = yield* Effect.all(copies, { concurrency: "unbounded" })
    const outcome = outcomes.find(({ delivery }) => delivery !== undefined) ?? outcomes[0]
    if (outcome?.delivery !== undefined) return outcome.delivery
    reason = outcome?.reason ?? reason
  }
  return { _tag: "Fault", reason }
})

/** `delivery` is missing when WeChat would try again. */
interface AttemptOutcome {
  readonly reason: string
  readonly openedAnswer: string
  readonly delivery?: Delivery
}

const attemptOnce = Effect.fnUntraced(function* (
  line: CallbackLine,
  address: string,
  callback: Callback,
  struck: ReadonlyArray<CallbackFault>,
  attempt: number,
  record: (entry: Omit<WireEntry, "id">) => void
): Effect.fn.Return<AttemptOutcome, never, HttpClient.HttpClient> {
  const startMillis = yield* Clock.currentTimeMillis
  const exchanged = yield* faultyExchange(line, address, callback, struck)
  const lost = struck.some(({ fault }) => fault === "lose-answer")
  const outcome = lost
    ? { reason: "answer lost", openedAnswer: "" }
    : yield* readExchanged(line, callback, exchanged)
  record({
    atMillis: startMillis,
    direction: "callback",
    path: new URL(address).pathname,
    what: callback.what,
    openid: callback.openid,
    attempt,
    status: exchanged?.answer?.status ?? 0,
    outcome: outcome.delivery === undefined ? outcome.reason : wireOutcome(outcome.delivery),
    good: outcome.delivery !== undefined && outcome.delivery._tag !== "Fault",
    durationMillis: (yield* Clock.currentTimeMillis) - startMillis,
    faults: struck.map(({ fault }) => fault),
    raw: cutRaw({
      method: "POST",
      url: exchanged?.url ?? address,
      requestBody: exchanged?.requestBody ?? "",
      openedRequest: exchanged?.requestBody === callback.body ? "" : callback.body,
      answerBody: exchanged?.answer?.body.toString("utf8") ?? "",
      openedAnswer: outcome.openedAnswer
    })
  })
  return outcome
})

/** Undefined: the request never left. The time on the way counts; WeChat waits for the whole. */
const faultyExchange = Effect.fnUntraced(function* (
  line: CallbackLine,
  address: string,
  callback: Callback,
  struck: ReadonlyArray<CallbackFault>
): Effect.fn.Return<Exchanged | undefined, never, HttpClient.HttpClient> {
  const limit = line.attemptLimitMillis
  if (struck.some(({ fault }) => fault === "lose-request")) {
    return yield* Effect.as(Effect.sleep(limit), undefined)
  }
  const onTheWay = struck.reduce((sum, one) => sum + (one.fault === "slow" ? one.millis : 0), 0)
  yield* Effect.sleep(Math.min(onTheWay, limit))
  if (onTheWay >= limit) return undefined
  return yield* postCallback(line, address, callback.openid, callback.body, limit - onTheWay)
})

const readExchanged = Effect.fnUntraced(function* (
  line: CallbackLine,
  callback: Callback,
  exchanged: Exchanged | undefined
): Effect.fn.Return<AttemptOutcome> {
  const answer = exchanged?.answer
  if (answer === undefined) return { reason: "no answer in time", openedAnswer: "" }
  if (answer.status !== 200) return { reason: "not 200", openedAnswer: "" }
  const opened = yield* Effect.result(readBytes(line, answer.body))
  if (Result.isFailure(opened)) return refused(opened.failure, "")
  const text = opened.success
  const openedAnswer = text === answer.body.toString("utf8") ? "" : text
  const read = yield* Effect.result(readAnswer(text, callback.openid, line.accountId))
  if (Result.isFailure(read)) return refused(read.failure, openedAnswer)
  const delivery = read.success
  const mediaId =
    delivery._tag === "Message" && "mediaId" in delivery.message ? delivery.message.mediaId : undefined
  if (mediaId !== undefined && !line.knowsMedia(mediaId, yield* Clock.currentTimeMillis)) {
    return refused(new AnswerRefused({ reason: "MediaId is unknown" }), openedAnswer)
  }
  return { reason: "", openedAnswer, delivery }
})

const refused = ({ reason }: AnswerRefused, openedAnswer: string): AttemptOutcome => ({
  reason: "",
  openedAnswer,
  delivery: { _tag: "Fault", reason }
})

/** A text cut in the middle of a character is no XML (pitfall 15). */
const readBytes = (line: CallbackLine, body: Buffer): Effect.Effect<string, AnswerRefused> =>
  isUtf8(body)
    ? openAnswer(line.mode(), line.keys, body.toString("utf8"))
    : Effect.fail(new AnswerRefused({ reason: "not XML" }))

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
