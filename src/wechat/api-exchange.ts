/** One exchange with WeChat's HTTP API: JSON out, JSON in, WeChat's refusals and the network's failures as two typed errors. */
import { Effect, Option, Schema } from "effect"
import type { ApiRequest, ApiTransport } from "./api-transport.ts"
import { type Action, actionFor, actions, type ErrcodeName, errcodeName } from "./errcodes.ts"

/** Where WeChat's API is and who we are there. */
export interface WeChatAccount {
  /** `https://api.weixin.qq.com`, or a stand-in. */
  readonly apiUrl: string
  readonly appId: string
}

/** WeChat answered with an errcode: what was asked is not done. `errmsg` is cleared of openids and tokens; its `rid` is what support asks for. */
export class WeChatRefused extends Schema.TaggedError<WeChatRefused>()("WeChatRefused", {
  errcode: Schema.Int,
  errmsg: Schema.String,
  action: Schema.Literals(actions)
}) {
  get errcodeName(): ErrcodeName | "unknown" {
    return errcodeName(this.errcode)
  }
  override get message() {
    return `WeChat refused: ${this.errcode} (${this.errcodeName}) ${this.errmsg}`
  }
}

/**
 * No usable answer. `crowded` (too many calls of ours under way, or too late to begin one), `token` (no access token to be had) and `no connection` mean that nothing
 * was sent; in every other case the call may have been carried out.
 */
export class WeChatUnreachable extends Schema.TaggedError<WeChatUnreachable>()("WeChatUnreachable", {
  reason: Schema.Literals([
    "no connection",
    "network",
    "timeout",
    "server error",
    "answer not understood",
    "crowded",
    "token"
  ])
}) {
  get mayHaveHappened(): boolean {
    return this.reason !== "crowded" && this.reason !== "token" && this.reason !== "no connection"
  }
  override get message() {
    return this.reason === "token"
      ? "WeChat could not be asked for an access token"
      : `WeChat could not be reached: ${this.reason}`
  }
}

export type WeChatError = WeChatRefused | WeChatUnreachable

export type WeChatAnswer = Readonly<Record<string, unknown>>

export interface Call {
  /** Under the API's base URL, with its leading slash and without a query. */
  readonly path: string
  readonly accessToken?: string
  /** Sent as JSON by POST; without it the call is a GET. */
  readonly body?: unknown
  /** Texts that must not show in an error, beside the access token: the openid that was written to, for instance. */
  readonly confidential?: ReadonlyArray<string>
  readonly timeoutMillis: number
}

/** Carries out one call. Its URL holds the access token, so it is neither traced nor quoted in errors. */
export const exchange = (
  transport: ApiTransport["Service"],
  apiUrl: string,
  call: Call
): Effect.Effect<WeChatAnswer, WeChatError> =>
  transport.send(requestOf(apiUrl, call)).pipe(
    Effect.mapError(({ reason }) => new WeChatUnreachable({ reason })),
    Effect.flatMap(({ status, text }) => answerOf(status, text, call))
  )

const requestOf = (apiUrl: string, { path, accessToken, body, timeoutMillis }: Call): ApiRequest => {
  const url = new URL(apiUrl.replace(/\/+$/, "") + path)
  if (accessToken !== undefined) url.searchParams.set("access_token", accessToken)
  return body === undefined
    ? { method: "GET", url, timeoutMillis }
    : // WeChat shows `\uXXXX` escapes literally (notes 6.2): JSON.stringify leaves every character as it is.
      { method: "POST", url, body: JSON.stringify(body), timeoutMillis }
}

const answerOf = (status: number, text: string, call: Call): Effect.Effect<WeChatAnswer, WeChatError> => {
  if (status >= firstServerError) return Effect.fail(new WeChatUnreachable({ reason: "server error" }))
  const answer = jsonObject(text)
  if (Option.isNone(answer)) return Effect.fail(new WeChatUnreachable({ reason: "answer not understood" }))
  const { errcode, errmsg } = answer.value
  if (errcode === undefined || errcode === 0) return Effect.succeed(answer.value)
  if (typeof errcode !== "number" || !Number.isInteger(errcode)) {
    return Effect.fail(new WeChatUnreachable({ reason: "answer not understood" }))
  }
  return Effect.fail(refused(errcode, typeof errmsg === "string" ? errmsg : "", call))
}

const firstServerError = 500

export const refused = (
  errcode: number,
  errmsg: string,
  call: Pick<Call, "accessToken" | "confidential">
) => {
  const action: Action = actionFor(errcode)
  return new WeChatRefused({ errcode, errmsg: withoutConfidential(errmsg, call), action })
}

/** More of WeChat's explanation than this helps nobody and fills logs. */
const errmsgLengthCharacters = 200

/** Openids (about 28 characters) and tokens (hundreds) are runs of at least this many; words, addresses and the parts of a rid are shorter. */
const confidentialRun = /(?<!rid: )(?<![\w-])[\w-]{20,}/g

const withoutConfidential = (
  errmsg: string,
  { accessToken, confidential = [] }: Pick<Call, "accessToken" | "confidential">
) =>
  [...confidential, ...(accessToken === undefined ? [] : [accessToken])]
    .filter((text) => text !== "")
    .reduce((rest, text) => rest.replaceAll(text, "…"), errmsg)
    .replaceAll(confidentialRun, "…")
    .slice(0, errmsgLengthCharacters)

const parseJson = Option.liftThrowable((text: string): unknown => JSON.parse(text))

const isObject = (value: unknown): value is WeChatAnswer =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Nicknames have come with raw control characters in them (pitfall 34); JSON has no place for those, except as white space. */
const jsonObject = (text: string): Option.Option<WeChatAnswer> =>
  // oxlint-disable-next-line no-control-regex
  Option.filter(parseJson(text.replaceAll(/[\u0000-\u001F\u007F]/g, " ")), isObject)
