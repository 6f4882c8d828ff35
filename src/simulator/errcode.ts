import { Effect, Random, Schema } from "effect"

/** The errcodes that the simulated API answers, each with WeChat's own errmsg (protocol notes 5, 6.4, 7, 10). */
const errmsgs = {
  "-1": "system error",
  40001: "invalid credential, access_token is invalid or not latest",
  40002: "invalid grant_type",
  40003: "invalid openid",
  40004: "invalid media type",
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
  40033: "invalid charset. please check your request, if include \\uxxxx will create fail!",
  40054: "invalid sub button url domain",
  40055: "invalid button url domain",
  40066: "invalid url",
  40125: "invalid appsecret",
  40164: "invalid ip 192.0.2.1 ipv6 ::ffff:192.0.2.1, not in whitelist",
  40200: "invalid account type",
  40201: "invalid callback url",
  40202: "invalid callback check action",
  40203: "invalid callback check operator",
  40243: "AppSecret has been frozen",
  41001: "access_token missing",
  41002: "appid missing",
  41004: "appsecret missing",
  41005: "media data missing",
  42001: "access_token expired",
  43001: "require GET method",
  43002: "require POST method",
  43004: "require subscribe",
  43019: "require remove blacklist",
  44002: "empty post data",
  44004: "empty content",
  45001: "media size out of limit",
  45002: "content size out of limit",
  45008: "article size out of limit",
  45009: "reach max api daily quota limit",
  45011: "api minute-quota reach limit, please retry next minute",
  45015: "response out of time limit or subscription is canceled",
  45047: "out of response count limit",
  45072: "invalid command",
  45080: "need sending message to user, or  recving message from user in the last 30 seconds before typing",
  45081: "you are already typing",
  45087: "customer service message from this  account have been blocked!",
  45094: "not allow to send custom message  when user enter session, for punishment",
  45098: "msgmenu list size is out of limit",
  45099: "msgmenu item content size is out of limit",
  46003: "menu no exist",
  47001: "data format error",
  47002: "data format error, do NOT use json  unicode encode (\\uxxxx\\uxxxx), please use utf8 encoded text!",
  48001: "api unauthorized",
  48002: "user block receive message",
  48004: "api forbidden for irregularities, view detail on mp.weixin.qq.com",
  48006: "forbid to clear quota because of reaching the limit",
  48008: "no permission for this msgtype",
  50002: "user limited",
  50007: "account frozen",
  61004: "access clientip is not registered",
  76021: "cgi_path not found",
  76022: "could not use this cgi_path, no permission",
  87014: "risky content",
  89503: "this ip needs the confirmation of an administrator"
} as const

export type Errcode = Exclude<keyof typeof errmsgs, string> | -1

/** Whether the simulated API knows a code and its words. */
export const isErrcode = (code: number): code is Errcode => Object.hasOwn(errmsgs, String(code))

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
