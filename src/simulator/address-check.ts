/** WeChat's check of an address when it is saved in the console (protocol notes 1). */
import { Clock, Effect } from "effect"
import { HttpClientRequest, type HttpClient } from "effect/http"
import { exchange, newStamp, randomDigits, signedUrl, type CallbackLine } from "./callback-exchange.ts"
import { problemName, problemWords } from "./callback-problem.ts"
import { cutRaw, type WireEntry } from "./wire.ts"

/** What came of it; `problem` in plain words, undefined if the echo came back exactly. */
export interface AddressCheck {
  readonly address: string
  readonly problem: string | undefined
  /** For the wire. */
  readonly entry: Omit<WireEntry, "id">
}

/** Sends the signed GET with an echostr, which is readable in every mode. */
export const checkAddress = Effect.fnUntraced(function* (
  line: CallbackLine,
  address: string
): Effect.fn.Return<AddressCheck, never, HttpClient.HttpClient> {
  const atMillis = yield* Clock.currentTimeMillis
  const echo = yield* randomDigits
  const url = signedUrl(line, address, yield* newStamp(line))
  url.searchParams.set("echostr", echo)
  const answer = yield* exchange(HttpClientRequest.get(url), line.attemptLimitMillis)
  const body = answer._tag === "Answered" ? answer.body.toString("utf8") : ""
  const verdict =
    answer._tag === "Answered"
      ? echoVerdict(answer.status, body, echo)
      : { outcome: problemName(answer), problem: problemWords(answer, address) }
  return {
    address,
    problem: verdict.problem,
    entry: {
      atMillis,
      direction: "callback",
      path: url.pathname,
      what: "接入验证",
      openid: "",
      attempt: 1,
      status: answer._tag === "Answered" ? answer.status : 0,
      outcome: verdict.outcome,
      explanation: verdict.problem ?? "",
      good: verdict.problem === undefined,
      durationMillis: (yield* Clock.currentTimeMillis) - atMillis,
      faults: [],
      raw: cutRaw({
        method: "GET",
        url: url.href,
        requestBody: "",
        openedRequest: "",
        answerBody: body,
        openedAnswer: ""
      })
    }
  }
})

const echoVerdict = (status: number, body: string, echo: string) => {
  if (status === 401 || status === 403) {
    return { outcome: "not verified", problem: `机器人拒绝了签名（HTTP ${status}）：两边的 token 不一样？` }
  }
  if (status !== 200) return { outcome: "not verified", problem: `HTTP 状态是 ${status}，微信只认 200。` }
  if (body === echo) return { outcome: "echo", problem: undefined }
  return body.includes(echo)
    ? { outcome: "not verified", problem: "echostr 前后多了东西（换行、引号或 BOM），要原样返回。" }
    : { outcome: "not verified", problem: "没有返回 echostr：token 不对，或者地址不是机器人的。" }
}
