import { Effect, Schema, Stream } from "effect"
import { Xml } from "effect/encoding"

/** What an account may show a user, by reply or by push; `media` kinds carry a media id only. */
export type AccountMessage =
  | { readonly kind: "text"; readonly content: string }
  | { readonly kind: "image" | "voice" | "video"; readonly mediaId: string; readonly title?: string }
  | { readonly kind: "news"; readonly articles: ReadonlyArray<Article> }

export interface Article {
  readonly title: string
  readonly description: string
  readonly url: string
}

/** The answer of a callback, read as WeChat reads it: nothing to show, or one message. */
export type Answer =
  | { readonly _tag: "Silence" }
  | { readonly _tag: "Handover" }
  | { readonly _tag: "Message"; readonly message: AccountMessage }

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
  ])
}) {
  override get message(): string {
    return `WeChat does not take this answer: ${this.reason}`
  }
}

/** The longest text WeChat carries, measured for replies and for pushes alike (notes 3.2, 6.2). */
export const maxTextBytes = 2048
/** More articles than this got no answer at all (notes 3.2). */
const maxArticles = 8

/** Reads a callback's answer, strictly: the letters, spaces and wrappers that WeChat wants (notes 3.1, 3.2; pitfall 42). */
export const readAnswer = Effect.fnUntraced(function* (body: string, openid: string, accountId: string) {
  if (body === "" || body === "success") return silence
  const fields = yield* readDocument(body)
  if ((yield* textOf(fields, "ToUserName")) !== openid) {
    return yield* new AnswerRefused({ reason: "ToUserName is not the user" })
  }
  if ((yield* textOf(fields, "FromUserName")) !== accountId) {
    return yield* new AnswerRefused({ reason: "FromUserName is not the account" })
  }
  return yield* readMessage(yield* textOf(fields, "MsgType"), fields)
})

/** The elements of one document `<xml>…</xml>` by name. */
export const readDocument = Effect.fnUntraced(function* (body: string) {
  if (/<[^>]*\s[^>]*>/.test(withoutCdata(body))) {
    return yield* new AnswerRefused({ reason: "space or attribute inside a tag" })
  }
  const roots = yield* Stream.make(body).pipe(
    Stream.pipeThroughChannel(Xml.decodeString()),
    Stream.pipeThroughChannel(Xml.elements(["*"])),
    Stream.runCollect,
    Effect.mapError(() => new AnswerRefused({ reason: "not XML" }))
  )
  const root = roots[0]
  if (root === undefined || root.name !== "xml")
    return yield* new AnswerRefused({ reason: "root is not xml" })
  return yield* readFields(root)
})

const silence: Answer = { _tag: "Silence" }

/** Elements by name; none stands twice. */
export type Fields = ReadonlyMap<string, Xml.Element>

const readMessage = Effect.fnUntraced(function* (
  type: string,
  fields: Fields
): Effect.fn.Return<Answer, AnswerRefused> {
  switch (type) {
    case "text":
      return message({ kind: "text", content: yield* checkContent(yield* textOf(fields, "Content")) })
    case "image":
      return message({ kind: "image", mediaId: yield* mediaIdOf(fields, "Image") })
    case "voice":
      return message({ kind: "voice", mediaId: yield* mediaIdOf(fields, "Voice") })
    case "video": {
      const title = yield* optionalText(yield* readFields(yield* elementOf(fields, "Video")), "Title")
      return message({ kind: "video", mediaId: yield* mediaIdOf(fields, "Video"), title })
    }
    case "news":
      return message({ kind: "news", articles: yield* articlesOf(fields) })
    case "transfer_customer_service":
      return { _tag: "Handover" }
    default:
      return yield* new AnswerRefused({ reason: "unknown MsgType" })
  }
})

const message = (content: AccountMessage): Answer => ({ _tag: "Message", message: content })

const checkContent = Effect.fnUntraced(function* (content: string) {
  if (content === "") return yield* new AnswerRefused({ reason: "Content is empty" })
  if (Buffer.byteLength(content) > maxTextBytes) {
    return yield* new AnswerRefused({ reason: "Content is too long" })
  }
  return content
})

/** A flat MediaId, without its wrapper, does not count (PowerWeChat #282). */
const mediaIdOf = Effect.fnUntraced(function* (fields: Fields, wrapper: string) {
  const inner = yield* readFields(yield* elementOf(fields, wrapper))
  const mediaId = yield* optionalText(inner, "MediaId")
  return mediaId === "" ? yield* new AnswerRefused({ reason: "MediaId is missing" }) : mediaId
})

const articlesOf = Effect.fnUntraced(function* (fields: Fields) {
  const count = yield* textOf(fields, "ArticleCount")
  const items = childElements(yield* elementOf(fields, "Articles")).filter((item) => item.name === "item")
  if (items.length < 1 || items.length > maxArticles || count !== String(items.length)) {
    return yield* new AnswerRefused({ reason: "Articles are wrong" })
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

const readFields = Effect.fnUntraced(function* (parent: Xml.Element) {
  const fields = new Map<string, Xml.Element>()
  for (const element of childElements(parent)) {
    if (fields.has(element.name)) return yield* new AnswerRefused({ reason: "element twice" })
    fields.set(element.name, element)
  }
  return fields
})

const elementOf = (fields: Fields, name: string): Effect.Effect<Xml.Element, AnswerRefused> => {
  const element = fields.get(name)
  return element === undefined
    ? Effect.fail(new AnswerRefused({ reason: "element missing" }))
    : Effect.succeed(element)
}

export const textOf = (fields: Fields, name: string): Effect.Effect<string, AnswerRefused> =>
  Effect.map(elementOf(fields, name), elementText)

export const optionalText = (fields: Fields, name: string): Effect.Effect<string> => {
  const element = fields.get(name)
  return Effect.succeed(element === undefined ? "" : elementText(element))
}

const childElements = (parent: Xml.Element): ReadonlyArray<Xml.Element> =>
  parent.children.filter((child) => typeof child !== "string")

const elementText = (element: Xml.Element): string =>
  element.children.filter((child) => typeof child === "string").join("")

/** The XML declaration may hold spaces; what stands inside CDATA is text, whatever it looks like. */
const withoutCdata = (body: string): string =>
  body.replace(/^\s*<\?xml[^>]*\?>/, "").replaceAll(/<!\[CDATA\[[\s\S]*?\]\]>/g, "")
