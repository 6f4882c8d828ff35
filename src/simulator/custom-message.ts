/** The body of `custom/send`, read as WeChat reads it (protocol notes 6.2). */
import { Effect, Schema } from "effect"
import { readJson } from "./account-call.ts"
import { maxTextBytes, type AccountMessage } from "./account-message.ts"
import { refuse, type ApiRefusal } from "./errcode.ts"

/** One push: to whom, what, and whether it carries the mark of AI-made content (`aimsgcontext`). */
export interface CustomMessage {
  readonly openid: string
  readonly message: AccountMessage
  readonly madeByAi: boolean
}

/**
 * 44004 and 45002 for an empty or too long text, 40008 for an unknown type, 40007 without media id, 45008 past one article,
 * 45098 and 45099 for a menu that is too large.
 */
export const readCustomMessage = Effect.fnUntraced(function* (
  body: string
): Effect.fn.Return<CustomMessage, ApiRefusal> {
  const text = withLiteralEscapes(body)
  const head = yield* readJson(CustomHead)(text)
  const madeByAi = head.aimsgcontext?.is_ai_msg === 1
  return { openid: head.touser, message: yield* readMessage(head.msgtype, text), madeByAi }
})

/** WeChat does not undo `\uXXXX`: users see the six characters (notes 6.2; EasyWeChat #935). */
const withLiteralEscapes = (json: string): string =>
  json.replaceAll(/\\(u[0-9a-fA-F]{4}|[^u])/g, (whole, escaped: string) =>
    escaped.length === 1 ? whole : `\\\\${escaped}`
  )

const CustomHead = Schema.Struct({
  touser: Schema.String,
  msgtype: Schema.String,
  customservice: Schema.optionalKey(Schema.Struct({ kf_account: Schema.String })),
  aimsgcontext: Schema.optionalKey(Schema.Struct({ is_ai_msg: Schema.optionalKey(Schema.Int) }))
})

const optionalText = Schema.optionalKey(Schema.String)
const Media = Schema.Struct({ media_id: Schema.String, title: optionalText })
const TextBody = Schema.Struct({ text: Schema.Struct({ content: Schema.String }) })
const ImageBody = Schema.Struct({ image: Media })
const VoiceBody = Schema.Struct({ voice: Media })
const VideoBody = Schema.Struct({ video: Media })
const MusicBody = Schema.Struct({
  music: Schema.Struct({
    title: optionalText,
    description: optionalText,
    musicurl: optionalText,
    hqmusicurl: optionalText,
    thumb_media_id: Schema.String
  })
})
const NewsBody = Schema.Struct({
  news: Schema.Struct({
    articles: Schema.Array(
      Schema.Struct({ title: Schema.String, description: optionalText, url: optionalText })
    )
  })
})
const PublishedBody = Schema.Struct({ mpnews: Schema.Struct({ media_id: Schema.String }) })
const ArticleBody = Schema.Struct({ mpnewsarticle: Schema.Struct({ article_id: Schema.String }) })
const CouponBody = Schema.Struct({ wxcard: Schema.Struct({ card_id: Schema.String }) })
const MiniProgramBody = Schema.Struct({
  miniprogrampage: Schema.Struct({
    title: optionalText,
    appid: Schema.String,
    pagepath: Schema.String,
    thumb_media_id: Schema.String
  })
})
const MessageMenuBody = Schema.Struct({
  msgmenu: Schema.Struct({
    head_content: optionalText,
    list: Schema.Array(
      Schema.Struct({ id: Schema.Union([Schema.String, Schema.Int]), content: Schema.String })
    ),
    tail_content: optionalText
  })
})

const readMessage = Effect.fnUntraced(function* (
  type: string,
  text: string
): Effect.fn.Return<AccountMessage, ApiRefusal> {
  switch (type) {
    case "text":
      return yield* textMessage((yield* readJson(TextBody)(text)).text.content)
    case "image":
      return yield* mediaMessage("image", (yield* readJson(ImageBody)(text)).image)
    case "voice":
      return yield* mediaMessage("voice", (yield* readJson(VoiceBody)(text)).voice)
    case "video":
      return yield* mediaMessage("video", (yield* readJson(VideoBody)(text)).video)
    case "music": {
      const { music } = yield* readJson(MusicBody)(text)
      if (music.thumb_media_id === "") return yield* refuse("mediaInvalid")
      return oneArticle("music", music.title ?? "音乐", music.description, music.musicurl)
    }
    case "news":
      return yield* newsMessage((yield* readJson(NewsBody)(text)).news)
    case "mpnews": {
      const { mpnews } = yield* readJson(PublishedBody)(text)
      return mpnews.media_id === ""
        ? yield* refuse("mediaInvalid")
        : oneArticle("card", "图文消息", mpnews.media_id)
    }
    case "mpnewsarticle":
      return oneArticle("card", "图文消息", (yield* readJson(ArticleBody)(text)).mpnewsarticle.article_id)
    case "wxcard":
      return oneArticle("card", "卡券", (yield* readJson(CouponBody)(text)).wxcard.card_id)
    case "miniprogrampage": {
      const { title, appid, pagepath } = (yield* readJson(MiniProgramBody)(text)).miniprogrampage
      return oneArticle("card", title ?? "小程序", `小程序 ${appid} ${pagepath}`)
    }
    case "msgmenu":
      return yield* messageMenu((yield* readJson(MessageMenuBody)(text)).msgmenu)
    default:
      return yield* refuse("messageTypeInvalid")
  }
})

const textMessage = (content: string): Effect.Effect<AccountMessage, ApiRefusal> => {
  if (content === "") return Effect.fail(refuse("textEmpty"))
  return Buffer.byteLength(content) > maxTextBytes
    ? Effect.fail(refuse("textTooLong"))
    : Effect.succeed({ kind: "text", content })
}

const oneArticle = (kind: "music" | "card", title: string, description = "", url = ""): AccountMessage => ({
  kind,
  articles: [{ title, description, url }]
})

const mediaMessage = (
  kind: "image" | "voice" | "video",
  media: typeof Media.Type
): Effect.Effect<AccountMessage, ApiRefusal> =>
  media.media_id === ""
    ? Effect.fail(refuse("mediaInvalid"))
    : Effect.succeed({ kind, mediaId: media.media_id, title: media.title ?? "" })

const newsMessage = (news: (typeof NewsBody.Type)["news"]): Effect.Effect<AccountMessage, ApiRefusal> =>
  news.articles.length === 1
    ? Effect.succeed({
        kind: "news",
        articles: news.articles.map((article) => ({ description: "", url: "", ...article }))
      })
    : Effect.fail(refuse("tooManyArticles"))

/** WeChat limits both and says nowhere at what (notes 6.2). These limits are ours, so that a client meets 45098 and 45099 at all. */
export const maxMenuItems = 10
export const maxMenuItemBytes = 128

/** Phones show a message menu as lines to tap; each sends its words with its id (notes 3.2). */
const messageMenu = (
  menu: (typeof MessageMenuBody.Type)["msgmenu"]
): Effect.Effect<AccountMessage, ApiRefusal> => {
  if (menu.list.length < 1 || menu.list.length > maxMenuItems) return Effect.fail(refuse("messageMenuHead"))
  if (menu.list.some(({ content }) => content === "" || Buffer.byteLength(content) > maxMenuItemBytes)) {
    return Effect.fail(refuse("messageMenuItem"))
  }
  const lines = [
    ...(menu.head_content === undefined ? [] : [menu.head_content]),
    ...menu.list.map(
      (item) =>
        `<a href="weixin://bizmsgmenu?msgmenucontent=${encodeURIComponent(item.content)}&msgmenuid=${item.id}">${item.content}</a>`
    ),
    ...(menu.tail_content === undefined ? [] : [menu.tail_content])
  ]
  return Effect.succeed({ kind: "text", content: lines.join("\n") })
}
