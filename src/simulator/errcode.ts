import { Effect, Random, Schema } from "effect"

/** The errcodes that the simulated API answers, each with WeChat's own errmsg (protocol notes 5, 6.4, 7, 10). */
const errmsgs = {
  40001: "invalid credential, access_token is invalid or not latest",
  40002: "invalid grant_type",
  40003: "invalid openid",
  40007: "invalid media_id",
  40008: "invalid message type",
  40013: "invalid appid",
  40014: "invalid access_token",
  40016: "invalid button size",
  40017: "invalid button type",
  40018: "invalid button name size",
  40019: "invalid button key size",
  40020: "invalid button url size",
  40023: "invalid sub button size",
  40025: "invalid sub button name size",
  40066: "invalid url",
  40125: "invalid appsecret",
  40202: "invalid callback check action",
  40203: "invalid callback check operator",
  41001: "access_token missing",
  41002: "appid missing",
  41004: "appsecret missing",
  42001: "access_token expired",
  43001: "require GET method",
  43002: "require POST method",
  43004: "require subscribe",
  44002: "empty post data",
  44004: "empty content",
  45002: "content size out of limit",
  45008: "article size out of limit",
  45009: "reach max api daily quota limit",
  45011: "api minute-quota reach limit, please retry next minute",
  45015: "response out of time limit or subscription is canceled",
  45047: "out of response count limit",
  45072: "invalid command",
  45080: "no recent interaction with the user",
  45081: "already in typing status",
  46003: "menu no exist",
  47001: "data format error",
  76021: "cgi_path not found"
} as const

export type Errcode = keyof typeof errmsgs

/** What the simulated API says instead of doing what it was asked; HTTP 200 with `{errcode, errmsg}` on the wire. */
export class ApiRefusal extends Schema.TaggedError<ApiRefusal>()("ApiRefusal", { errcode: Schema.Int }) {
  override get message(): string {
    return `the simulated WeChat answered errcode ${this.errcode}`
  }
}

export const refuse = (errcode: Errcode): ApiRefusal => new ApiRefusal({ errcode })

/** The body of a refusal; its errmsg ends in ` rid: …`, the request id that WeChat's support asks for. */
export const refusalBody = Effect.fnUntraced(function* (refusal: ApiRefusal) {
  const known: { readonly [errcode: number]: string } = errmsgs
  const parts = yield* Effect.replicateEffect(randomHex, 3)
  const reason = known[refusal.errcode] ?? "system error"
  return { errcode: refusal.errcode, errmsg: `${reason} rid: ${parts.join("-")}` }
})

const randomHex = Effect.map(Random.nextIntBetween(0, 0xff_ff_ff_ff), (value) =>
  value.toString(16).padStart(8, "0")
)
