import { Effect, Random, Schema } from "effect"
import { errcodeName, errcodes, type ErrcodeName } from "../wechat/errcodes.ts"

/** What the simulated API answers beside an errcode: WeChat's own errmsg (protocol notes 5, 6.4, 7, 10). */
const errmsgs: Readonly<Record<ErrcodeName, string>> = {
  busy: "system error",
  tokenInvalid: "invalid credential, access_token is invalid or not latest",
  grantTypeInvalid: "invalid grant_type",
  openidInvalid: "invalid openid",
  mediaTypeInvalid: "invalid media type",
  mediaInvalid: "invalid media_id",
  messageTypeInvalid: "invalid message type",
  appIdInvalid: "invalid appid",
  tokenMalformed: "invalid access_token",
  menuButtonCount: "invalid button size",
  menuButtonType: "invalid button type",
  menuNameSize: "invalid button name size",
  menuKeySize: "invalid button key size",
  menuUrlSize: "invalid button url size",
  subMenuButtonCount: "invalid sub button size",
  subMenuNameSize: "invalid sub button name size",
  escapesInvalid: "invalid charset. please check your request, if include \\uxxxx will create fail!",
  subMenuUrlHost: "invalid sub button url domain",
  menuUrlHost: "invalid button url domain",
  callUnknown: "invalid url",
  appSecretInvalid: "invalid appsecret",
  ipNotAllowed: "invalid ip 192.0.2.1 ipv6 ::ffff:192.0.2.1, not in whitelist",
  accountKindInvalid: "invalid account type",
  callbackUrlMissing: "invalid callback url",
  callbackActionInvalid: "invalid callback check action",
  callbackOperatorInvalid: "invalid callback check operator",
  appSecretFrozen: "AppSecret has been frozen",
  tokenMissing: "access_token missing",
  appIdMissing: "appid missing",
  appSecretMissing: "appsecret missing",
  mediaMissing: "media data missing",
  tokenExpired: "access_token expired",
  getRequired: "require GET method",
  postRequired: "require POST method",
  notFollowing: "require subscribe",
  blacklisted: "require remove blacklist",
  bodyEmpty: "empty post data",
  textEmpty: "empty content",
  mediaTooLarge: "media size out of limit",
  textTooLong: "content size out of limit",
  tooManyArticles: "article size out of limit",
  dailyQuotaUsedUp: "reach max api daily quota limit",
  minuteQuotaUsedUp: "api minute-quota reach limit, please retry next minute",
  outsideWindow: "response out of time limit or subscription is canceled",
  allowanceUsedUp: "out of response count limit",
  typingCommandInvalid: "invalid command",
  typingNeedsExchange:
    "need sending message to user, or  recving message from user in the last 30 seconds before typing",
  typingAlready: "you are already typing",
  sendingBlocked: "customer service message from this  account have been blocked!",
  sendingPunished: "not allow to send custom message  when user enter session, for punishment",
  messageMenuHead: "msgmenu list size is out of limit",
  messageMenuItem: "msgmenu item content size is out of limit",
  noMenu: "menu no exist",
  jsonInvalid: "data format error",
  parameterInvalid:
    "data format error, do NOT use json  unicode encode (\\uxxxx\\uxxxx), please use utf8 encoded text!",
  notPermitted: "api unauthorized",
  messagesSwitchedOff: "user block receive message",
  apiBanned: "api forbidden for irregularities, view detail on mp.weixin.qq.com",
  clearingUsedUp: "forbid to clear quota because of reaching the limit",
  typeNotAllowed: "no permission for this msgtype",
  userLimited: "user limited",
  accountFrozen: "account frozen",
  ipNotAllowedElsewhere: "access clientip is not registered",
  quotaPathInvalid: "cgi_path not found",
  quotaOfAnotherKind: "could not use this cgi_path, no permission",
  contentRefused: "risky content",
  ipNeedsConfirmation: "this ip needs the confirmation of an administrator"
}

/** What the simulated API says instead of doing what it was asked; HTTP 200 with `{errcode, errmsg}` on the wire. */
export class ApiRefusal extends Schema.TaggedError<ApiRefusal>()("ApiRefusal", { errcode: Schema.Int }) {
  override get message(): string {
    return `the simulated WeChat answered errcode ${this.errcode}`
  }
}

export const refuse = (name: ErrcodeName): ApiRefusal => new ApiRefusal({ errcode: errcodes[name].code })

/** A refusal by its number; one that the simulated API does not know is answered as busy. */
export const refuseWith = (errcode: number): ApiRefusal => refuse(nameOf(errcode))

const nameOf = (errcode: number): ErrcodeName => {
  const name = errcodeName(errcode)
  return name === "unknown" ? "busy" : name
}

/** The body of a refusal; its errmsg ends in ` rid: …`, the request id that WeChat's support asks for. */
export const refusalBody = Effect.fnUntraced(function* (refusal: ApiRefusal) {
  const parts = yield* Effect.replicateEffect(randomHex, 3)
  return {
    errcode: refusal.errcode,
    errmsg: `${errmsgs[nameOf(refusal.errcode)]} rid: ${parts.join("-")}`
  }
})

const randomHex = Effect.map(Random.nextIntBetween(0, 0xff_ff_ff_ff), (value) =>
  value.toString(16).padStart(8, "0")
)
