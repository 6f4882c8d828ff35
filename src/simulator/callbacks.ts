/** Tells the service what a phone did, as WeChat does: within five seconds, three times at most (protocol notes 3.1). */
import { isUtf8 } from "node:buffer"
import { Clock, Effect, Result } from "effect"
import type { HttpClient } from "effect/http"
import { mostAttempts } from "../wechat/attempts.ts"
import type { AccountMessage } from "./account-message.ts"
import { refuseAnswer, type AnswerRefused } from "./answer-refused.ts"
import { openAnswer } from "./callback-envelope.ts"
import { postCallback, type CallbackLine, type Exchanged } from "./callback-exchange.ts"
import { problemName, problemWords, type CallbackProblem } from "./callback-problem.ts"
import type { CallbackFault, Faults } from "./fault-plan.ts"
import { readAnswer } from "./reply-reader.ts"
import { cutRaw, type WireEntry } from "./wire.ts"

/** One callback: the same body, and so the same MsgId, for every attempt. */
export interface Callback {
  readonly openid: string
  readonly body: string
  /** Kind of message or event, for the wire. */
  readonly what: string
  /** How many articles an answer may show: one to a message, eight to an event; the rest is dropped (notes 3.2). */
  readonly articlesShown: number
}

/** What came of a callback. `Fault`: the user sees the fault sentence. */
export type Delivery =
  | { readonly _tag: "Silence" }
  | { readonly _tag: "Handover" }
  | { readonly _tag: "Message"; readonly message: AccountMessage }
  | { readonly _tag: "Fault"; readonly reason: string }

/** What the user sees when no attempt brought a fit answer (notes 3.1). */
export const faultSentence = "该公众号提供的服务出现故障，请稍后再试"

/** Sends one callback, again after silence or a status other than 200, and reads the answer; tells each attempt to `record`. */
export const deliver = Effect.fnUntraced(function* (
  line: CallbackLine,
  faults: Faults,
  callback: Callback,
  record: (entry: Omit<WireEntry, "id">) => void
): Effect.fn.Return<Delivery, never, HttpClient.HttpClient> {
  let problem: CallbackProblem = { _tag: "TooLate", limitMillis: line.attemptLimitMillis }
  let server = 0
  for (let attempt = 1; attempt <= mostAttempts; attempt++) {
    const struck = yield* faults.onCallback(callback.what)
    if (struck.some(({ fault }) => fault === "elsewhere")) server += 1
    const address = line.callbackUrls[server % line.callbackUrls.length] ?? line.callbackUrls[0]
    const once = attemptOnce(line, address, callback, struck, attempt, record)
    const copies = struck.some(({ fault }) => fault === "twice") ? [once, once] : [once]
    const outcomes = yield* Effect.all(copies, { concurrency: "unbounded" })
    const outcome = outcomes.find(({ delivery }) => delivery !== undefined) ?? outcomes[0]
    if (outcome?.delivery !== undefined) return outcome.delivery
    problem = outcome?.problem ?? problem
  }
  return { _tag: "Fault", reason: problemName(problem) }
})

/** `delivery` is missing when WeChat would try again. */
interface AttemptOutcome {
  readonly problem?: CallbackProblem
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
  const lost = struck.some(({ fault }) => fault === "lose-answer") && exchanged.answer._tag === "Answered"
  const outcome: AttemptOutcome = lost
    ? { problem: { _tag: "AnswerLost" }, openedAnswer: "" }
    : yield* readExchanged(line, callback, exchanged)
  const { problem, delivery } = outcome
  const { answer } = exchanged
  record({
    atMillis: startMillis,
    direction: "callback",
    path: new URL(address).pathname,
    what: callback.what,
    openid: callback.openid,
    attempt,
    status: answer._tag === "Answered" ? answer.status : 0,
    outcome: problem === undefined ? wireOutcome(delivery) : problemName(problem),
    explanation: problem === undefined ? "" : problemWords(problem, address),
    good: problem === undefined,
    durationMillis: (yield* Clock.currentTimeMillis) - startMillis,
    faults: struck.map(({ fault }) => fault),
    raw: cutRaw({
      method: "POST",
      url: exchanged.url,
      requestBody: exchanged.requestBody,
      openedRequest: exchanged.requestBody === callback.body ? "" : callback.body,
      answerBody: answer._tag === "Answered" ? answer.body.toString("utf8") : "",
      openedAnswer: outcome.openedAnswer
    })
  })
  return outcome
})

/** The time on the way counts: WeChat waits for the whole exchange. */
const faultyExchange = Effect.fnUntraced(function* (
  line: CallbackLine,
  address: string,
  callback: Callback,
  struck: ReadonlyArray<CallbackFault>
): Effect.fn.Return<Exchanged, never, HttpClient.HttpClient> {
  const limit = line.attemptLimitMillis
  const unsent = { url: address, requestBody: "" } as const
  if (struck.some(({ fault }) => fault === "lose-request")) {
    return yield* Effect.as(Effect.sleep(limit), { ...unsent, answer: { _tag: "RequestLost" } as const })
  }
  const onTheWay = struck.reduce((sum, one) => sum + (one.fault === "slow" ? one.millis : 0), 0)
  yield* Effect.sleep(Math.min(onTheWay, limit))
  if (onTheWay >= limit) return { ...unsent, answer: { _tag: "TooLate", limitMillis: limit } }
  return yield* postCallback(line, address, callback.openid, callback.body, limit - onTheWay)
})

const readExchanged = Effect.fnUntraced(function* (
  line: CallbackLine,
  callback: Callback,
  { answer }: Exchanged
): Effect.fn.Return<AttemptOutcome> {
  if (answer._tag !== "Answered") return { problem: answer, openedAnswer: "" }
  if (answer.status !== 200) return { problem: { _tag: "Status", status: answer.status }, openedAnswer: "" }
  const opened = yield* Effect.result(readBytes(line, answer.body))
  if (Result.isFailure(opened)) return refused(opened.failure, "")
  const text = opened.success
  const openedAnswer = text === answer.body.toString("utf8") ? "" : text
  const read = yield* Effect.result(readAnswer(text, callback.openid, line.accountId))
  if (Result.isFailure(read)) return refused(read.failure, openedAnswer)
  const delivery = read.success
  if (delivery._tag !== "Message") return { openedAnswer, delivery }
  const message = within(delivery.message, callback.articlesShown)
  if ("mediaId" in message && !line.knowsMedia(message.mediaId, yield* Clock.currentTimeMillis)) {
    return refused(refuseAnswer("MediaId is unknown", message.mediaId), openedAnswer)
  }
  return { openedAnswer, delivery: { _tag: "Message", message } }
})

const within = (message: AccountMessage, articlesShown: number): AccountMessage =>
  message.kind === "news" ? { ...message, articles: message.articles.slice(0, articlesShown) } : message

const refused = (problem: AnswerRefused, openedAnswer: string): AttemptOutcome => ({
  problem,
  openedAnswer,
  delivery: { _tag: "Fault", reason: problem.reason }
})

/** A text cut in the middle of a character is no XML (pitfall 15). */
const readBytes = (line: CallbackLine, body: Buffer): Effect.Effect<string, AnswerRefused> =>
  isUtf8(body)
    ? openAnswer(line.mode(), line.keys, body.toString("utf8"))
    : Effect.fail(refuseAnswer("not XML", "有一个字被从中间切断，不是 UTF-8"))

const wireOutcome = (delivery: Delivery | undefined): string => {
  switch (delivery?._tag) {
    case undefined:
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
