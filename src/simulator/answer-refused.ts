import { Schema } from "effect"

/** The body is nothing that WeChat would show; the user then sees the fault sentence (protocol notes 3.1). */
export class AnswerRefused extends Schema.TaggedError<AnswerRefused>()("AnswerRefused", {
  reason: Schema.Literals([
    "not XML",
    "space or attribute inside a tag",
    "root is not xml",
    "element twice",
    "element missing",
    "ToUserName is not the user",
    "FromUserName is not the account",
    "unknown MsgType",
    "Content is empty",
    "Content is too long",
    "MediaId is missing",
    "MediaId is unknown",
    "Articles are wrong",
    "not encrypted",
    "signature of the answer is wrong",
    "answer cannot be decrypted"
  ]),
  /** What it was about: the element, the value that stood there, or the beginning of the body. */
  detail: Schema.String
}) {
  override get message(): string {
    return `WeChat does not take this answer: ${this.reason}${this.detail === "" ? "" : ` (${this.detail})`}`
  }
}

export type AnswerProblem = AnswerRefused["reason"]

/** How much of a value is repeated. */
const detailCharacters = 60

export const refuseAnswer = (reason: AnswerProblem, detail = ""): AnswerRefused =>
  new AnswerRefused({
    reason,
    detail: detail.length > detailCharacters ? `${detail.slice(0, detailCharacters)}…` : detail
  })
