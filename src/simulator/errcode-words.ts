/** What a refusal means for the developer, in plain words: why, and what a good client does (protocol notes 5, 6.4, 7, 10). */

import { type ErrcodeName, errcodeName } from "../wechat/errcodes.ts"

/** By the outcome that the wire shows; empty if there is nothing to say. */
export const errcodeWords = (outcome: string): string =>
  outcome === gatewayError
    ? "按开关：网关错误，没有 errcode；这次调用可能做了，也可能没做。"
    : (words[errcodeName(Number(outcome))] ?? "")

/** What the wire shows of a call that a proxy in front of WeChat answered. */
export const gatewayError = "502"

const words: Readonly<Partial<Record<ErrcodeName | "unknown", string>>> = {
  busy: "微信系统繁忙：隔一会儿再试，最多两三次。",
  tokenInvalid: "access_token 不是最新的，或者不是这里发的：重新取一次，再试一次。",
  openidInvalid: "没有这个 openid（openid 按公众号区分）。",
  mediaInvalid: "没有这个 media_id，或者已经过了三天。",
  messageTypeInvalid: "没有这种 msgtype。",
  appIdInvalid: "appid 不对：这里用的是 --app-id 的值。",
  tokenMalformed: "access_token 里有不该有的字符。",
  escapesInvalid: String.raw`JSON 里不要写 \uXXXX，直接写 UTF-8。`,
  callUnknown: "没有这个接口，或者模拟微信还不会。",
  appSecretInvalid: "appsecret 不对：这里用的是 --app-secret 的值。",
  ipNotAllowed: "调用方的 IP 不在白名单里。",
  tokenMissing: "地址里缺少 access_token。",
  tokenExpired: "access_token 过期了：重新取一次，再试一次。",
  getRequired: "这个接口要用 GET。",
  postRequired: "这个接口要用 POST。",
  notFollowing: "对方没有关注公众号。",
  blacklisted: "对方在公众号的黑名单里。",
  bodyEmpty: "请求正文是空的。",
  textEmpty: "文本是空的。",
  textTooLong: "文本超过 2,048 字节。",
  tooManyArticles: "客服消息的图文只能有一条。",
  dailyQuotaUsedUp: "今天的次数用完了（北京时间零点重新计）。",
  minuteQuotaUsedUp: "一分钟内调用太多。",
  outsideWindow: "对方最近没有动作，推送窗口已经关上；等对方再发消息或点菜单。",
  allowanceUsedUp: "这个窗口里的推送条数用完了；等对方的下一个动作。",
  typingCommandInvalid: "command 只能是 Typing 或 CancelTyping。",
  typingNeedsExchange: "30 秒内没有来往，不能显示正在输入。",
  typingAlready: "已经在显示正在输入了（持续 15 秒）。",
  messageMenuHead: "msgmenu 的项目太多，或者一项也没有。",
  messageMenuItem: "msgmenu 有一项太长，或者是空的。",
  noMenu: "还没有创建菜单。",
  jsonInvalid: "正文不是这个接口要的 JSON。",
  notPermitted: "这种账号没有这个接口的权限（看“账号类型”）。",
  messagesSwitchedOff: "对方拒收公众号的消息。",
  clearingUsedUp: "这个月清零的次数用完了。",
  contentRefused: "内容有风险，微信不发。"
}
