import { Effect } from "effect"
import type { Xml } from "effect/encoding"
import { maxTextBytes, type AccountMessage, type Article } from "./account-message.ts"
import { refuseAnswer, type AnswerRefused } from "./answer-refused.ts"
import {
  childElements,
  elementOf,
  optionalText,
  readDocument,
  readFields,
  textOf,
  type Fields
} from "./reply-document.ts"

/** The answer of a callback, read as WeChat reads it: nothing to show, or one message. */
export type Answer =
  | { readonly _tag: "Silence" }
  | { readonly _tag: "Handover" }
  | { readonly _tag: "Message"; readonly message: AccountMessage }

/** More articles than this got no answer at all (notes 3.2). */
const maxArticles = 8

/** Reads a callback's answer, strictly: the letters, spaces and wrappers that WeChat wants (notes 3.1, 3.2; pitfall 42). */
export const readAnswer = Effect.fnUntraced(function* (body: string, openid: string, accountId: string) {
  if (body === "" || body === "success") return silence
  const fields = yield* readDocument(body)
  const receiver = yield* textOf(fields, "ToUserName")
  if (receiver !== openid) return yield* refuseAnswer("ToUserName is not the user", receiver)
  const sender = yield* textOf(fields, "FromUserName")
  if (sender !== accountId) return yield* refuseAnswer("FromUserName is not the account", sender)
  return yield* readMessage(yield* textOf(fields, "MsgType"), fields)
})

const silence: Answer = { _tag: "Silence" }

const readMessage = Effect.fnUntraced(function* (
  type: string,
  fields: Fields
): Effect.fn.Return<Answer, AnswerRefused> {
  switch (type) {
    case "text":
      return message({ kind: "text", content: yield* checkContent(yield* textOf(fields, "Content")) })
    case "image":
      return message({ kind: "image", mediaId: yield* mediaIdOf(fields, "Image", "MediaId") })
    case "voice":
      return message({ kind: "voice", mediaId: yield* mediaIdOf(fields, "Voice", "MediaId") })
    case "video": {
      const title = yield* optionalText(yield* readFields(yield* elementOf(fields, "Video")), "Title")
      return message({ kind: "video", mediaId: yield* mediaIdOf(fields, "Video", "MediaId"), title })
    }
    case "music":
      return message({ kind: "music", articles: [yield* musicOf(fields)] })
    case "news":
      return message({ kind: "news", articles: yield* articlesOf(fields) })
    case "transfer_customer_service":
      return { _tag: "Handover" }
    default:
      return yield* refuseAnswer("unknown MsgType", type)
  }
})

const message = (content: AccountMessage): Answer => ({ _tag: "Message", message: content })

const checkContent = Effect.fnUntraced(function* (content: string) {
  if (content === "") return yield* refuseAnswer("Content is empty")
  const bytes = Buffer.byteLength(content)
  return bytes > maxTextBytes ? yield* refuseAnswer("Content is too long", String(bytes)) : content
})

/** A MediaId without its wrapper does not count (PowerWeChat #282). */
const mediaIdOf = Effect.fnUntraced(function* (fields: Fields, wrapper: string, name: string) {
  const inner = yield* readFields(yield* elementOf(fields, wrapper))
  const mediaId = yield* optionalText(inner, name)
  return mediaId === "" ? yield* refuseAnswer("MediaId is missing", name) : mediaId
})

/** The documents want a ThumbMediaId (notes 3.2). */
const musicOf = Effect.fnUntraced(function* (fields: Fields): Effect.fn.Return<Article, AnswerRefused> {
  yield* mediaIdOf(fields, "Music", "ThumbMediaId")
  const inner = yield* readFields(yield* elementOf(fields, "Music"))
  const title = yield* optionalText(inner, "Title")
  return {
    title: title === "" ? "音乐" : title,
    description: yield* optionalText(inner, "Description"),
    url: yield* optionalText(inner, "MusicUrl")
  }
})

const articlesOf = Effect.fnUntraced(function* (fields: Fields) {
  const count = yield* textOf(fields, "ArticleCount")
  const items = childElements(yield* elementOf(fields, "Articles")).filter((item) => item.name === "item")
  if (items.length < 1 || items.length > maxArticles || count !== String(items.length)) {
    return yield* refuseAnswer("Articles are wrong", `ArticleCount ${count}, item × ${items.length}`)
  }
  return yield* Effect.forEach(items, readArticle)
})

const readArticle = Effect.fnUntraced(function* (
  item: Xml.Element
): Effect.fn.Return<Article, AnswerRefused> {
  const inner = yield* readFields(item)
  return {
    title: yield* optionalText(inner, "Title"),
    description: yield* optionalText(inner, "Description"),
    url: yield* optionalText(inner, "Url")
  }
})
