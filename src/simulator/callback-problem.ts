/** Why a callback brought nothing to show: a short name for the wire, and plain words after the names of WeChat's alarms (notes 10). */
import { maxTextBytes } from "./account-message.ts"
import type { AnswerProblem, AnswerRefused } from "./answer-refused.ts"

/** No answer that could be read. */
export type NoAnswer =
  | { readonly _tag: "NameUnknown" }
  | { readonly _tag: "NoConnection" }
  | { readonly _tag: "ConnectionLost" }
  | { readonly _tag: "TooLate"; readonly limitMillis: number }
  | { readonly _tag: "Status"; readonly status: number }
  /** A fault on purpose: the answer, or the request, was lost. */
  | { readonly _tag: "AnswerLost" }
  | { readonly _tag: "RequestLost" }

export type CallbackProblem = NoAnswer | AnswerRefused

/** The name on the wire and of the delivery's reason. */
export const problemName = (problem: CallbackProblem): string => {
  switch (problem._tag) {
    case "AnswerRefused":
      return problem.reason
    case "Status":
      return "not 200"
    case "NameUnknown":
      return "unknown host"
    case "NoConnection":
      return "no connection"
    case "ConnectionLost":
      return "connection lost"
    case "AnswerLost":
      return "answer lost"
    case "RequestLost":
    case "TooLate":
      return "no answer in time"
  }
}

/** What went wrong and what WeChat wants, in a sentence for the developer; `address`: where the callback went. */
export const problemWords = (problem: CallbackProblem, address: string): string => {
  switch (problem._tag) {
    case "AnswerRefused":
      return `回应失败：${answerWords(problem)}`
    case "Status":
      return `回应失败：HTTP 状态是 ${problem.status}，微信只认 200。`
    case "NameUnknown":
      return `DNS失败：找不到 ${new URL(address).hostname} 这个主机。`
    case "NoConnection":
      return `连接超时：${new URL(address).host} 上没有程序在听。机器人启动了吗，端口对吗？`
    case "ConnectionLost":
      return "回应失败：连接在回答完整之前断了。"
    case "TooLate":
      return `请求超时：${problem.limitMillis / 1000} 秒内没有完整的回答，这次的回答作废。`
    case "AnswerLost":
      return "按开关：回答在路上丢了，微信当作没有回答。"
    case "RequestLost":
      return "按开关：请求在路上丢了，服务没有收到。"
  }
}

/** What the wire says while MarkFail holds messages back. */
export const markFailWords = "MarkFail：失败太多，微信一分钟内不再推送任何消息。"

const answerWords = ({ reason, detail }: AnswerRefused): string => answerSentences[reason](detail)

const answerSentences: { readonly [reason in AnswerProblem]: (detail: string) => string } = {
  "not XML": (detail) => {
    if (detail.trim() === "success") return "success 前后不能有空格、换行或引号。"
    if (/^\s*["{[]/.test(detail)) return `回答是 JSON（${detail}），微信要的是 XML、success 或空正文。`
    return `回答不是一份完整的 XML：${detail}`
  },
  "space or attribute inside a tag": (detail) => `标签里不能有空格或属性：${detail}`,
  "root is not xml": (detail) => `最外层必须是 <xml>，这里是 ${detail}`,
  "element twice": (detail) => `<${detail}> 出现了两次。`,
  "element missing": (detail) => `缺少 <${detail}>（大小写也要一致）。`,
  "ToUserName is not the user": (detail) =>
    `ToUserName 必须是发消息的用户的 openid，这里是${quoted(detail)}。`,
  "FromUserName is not the account": (detail) =>
    `FromUserName 必须是公众号的原始 ID（gh_…，不是 AppID），这里是${quoted(detail)}。`,
  "unknown MsgType": (detail) => `没有${quoted(detail)}这种 MsgType（都是小写）。`,
  "Content is empty": () => "Content 是空的；没有话要说就回答 success。",
  "Content is too long": (detail) => `Content 有 ${detail} 字节，微信最多收 ${maxTextBytes} 字节。`,
  "MediaId is missing": (detail) =>
    `缺少 <${detail}>，或者它没有放在 <Image>、<Voice>、<Video>、<Music> 里。`,
  "MediaId is unknown": (detail) => `微信没有${quoted(detail)}这个 media_id（临时素材只留三天）。`,
  "Articles are wrong": (detail) => `图文要有 1 到 8 条 <item>，数目与 ArticleCount 一致：${detail}。`,
  "not encrypted": () => "安全模式下的回答必须加密（success 和空正文除外）。",
  "signature of the answer is wrong": () =>
    "回答的 MsgSignature 不对：sha1(排序后的 token、TimeStamp、Nonce、Encrypt)。",
  "answer cannot be decrypted": () => "回答解不开：EncodingAESKey、补位（32 字节一块）或末尾的 AppID 不对。"
}

const quoted = (text: string): string => (text === "" ? "空的" : `「${text}」`)
