/** The bodies of the account's calls, read as WeChat reads them (protocol notes 5, 6.2, 6.3, 10). */
import { Effect, Schema } from "effect"
import { refuse, type ApiRefusal } from "./errcode.ts"
import type { AccountMessage } from "./reply-reader.ts"

/** A JSON body by its schema: 44002 when empty, 47001 when it is not that. */
export const readJson =
  <A>(schema: Schema.ConstraintCodec<A, unknown>) =>
  (text: string): Effect.Effect<A, ApiRefusal> =>
    text === ""
      ? Effect.fail(refuse(44002))
      : Schema.decodeEffect(Schema.fromJsonString(schema))(text).pipe(Effect.mapError(() => refuse(47001)))

export const StableTokenBody = Schema.Struct({
  grant_type: Schema.String,
  appid: Schema.optionalKey(Schema.String),
  secret: Schema.optionalKey(Schema.String),
  force_refresh: Schema.optionalKey(Schema.Boolean)
})

export const TypingBody = Schema.Struct({ touser: Schema.String, command: Schema.String })

export const CallbackCheckBody = Schema.Struct({ action: Schema.String, check_operator: Schema.String })

export const ClearQuotaBody = Schema.Struct({ appid: Schema.String })

export const ClearQuotaByAppBody = Schema.Struct({
  appid: Schema.optionalKey(Schema.String),
  appsecret: Schema.optionalKey(Schema.String)
})

export const QuotaBody = Schema.Struct({ cgi_path: Schema.String })

/** One push: to whom, what, and whether it carries the mark of AI-made content (`aimsgcontext`). */
export interface CustomMessage {
  readonly openid: string
  readonly message: AccountMessage
  readonly madeByAi: boolean
}

/** The body of `custom/send`: 40008 for a type that the simulator does not show, 40007 without media id, 45008 past one article. */
export const readCustomMessage = Effect.fnUntraced(function* (
  text: string
): Effect.fn.Return<CustomMessage, ApiRefusal> {
  const head = yield* readJson(CustomHead)(text)
  const madeByAi = head.aimsgcontext?.is_ai_msg === 1
  return { openid: head.touser, message: yield* readMessage(head.msgtype, text), madeByAi }
})

const CustomHead = Schema.Struct({
  touser: Schema.String,
  msgtype: Schema.String,
  aimsgcontext: Schema.optionalKey(Schema.Struct({ is_ai_msg: Schema.optionalKey(Schema.Int) }))
})
const Media = Schema.Struct({
  media_id: Schema.String,
  title: Schema.optionalKey(Schema.String)
})
const TextBody = Schema.Struct({ text: Schema.Struct({ content: Schema.String }) })
const ImageBody = Schema.Struct({ image: Media })
const VoiceBody = Schema.Struct({ voice: Media })
const VideoBody = Schema.Struct({ video: Media })
const NewsBody = Schema.Struct({
  news: Schema.Struct({
    articles: Schema.Array(
      Schema.Struct({
        title: Schema.String,
        description: Schema.optionalKey(Schema.String),
        url: Schema.optionalKey(Schema.String)
      })
    )
  })
})
const MessageMenuBody = Schema.Struct({
  msgmenu: Schema.Struct({
    head_content: Schema.optionalKey(Schema.String),
    list: Schema.Array(
      Schema.Struct({ id: Schema.Union([Schema.String, Schema.Int]), content: Schema.String })
    ),
    tail_content: Schema.optionalKey(Schema.String)
  })
})

const readMessage = Effect.fnUntraced(function* (
  type: string,
  text: string
): Effect.fn.Return<AccountMessage, ApiRefusal> {
  switch (type) {
    case "text":
      return { kind: "text", content: (yield* readJson(TextBody)(text)).text.content }
    case "image":
      return yield* mediaMessage("image", (yield* readJson(ImageBody)(text)).image)
    case "voice":
      return yield* mediaMessage("voice", (yield* readJson(VoiceBody)(text)).voice)
    case "video":
      return yield* mediaMessage("video", (yield* readJson(VideoBody)(text)).video)
    case "news":
      return yield* newsMessage((yield* readJson(NewsBody)(text)).news)
    case "msgmenu":
      return messageMenu((yield* readJson(MessageMenuBody)(text)).msgmenu)
    default:
      return yield* refuse(40008)
  }
})

const mediaMessage = (
  kind: "image" | "voice" | "video",
  media: typeof Media.Type
): Effect.Effect<AccountMessage, ApiRefusal> =>
  media.media_id === ""
    ? Effect.fail(refuse(40007))
    : Effect.succeed({ kind, mediaId: media.media_id, title: media.title ?? "" })

const newsMessage = (news: (typeof NewsBody.Type)["news"]): Effect.Effect<AccountMessage, ApiRefusal> =>
  news.articles.length === 1
    ? Effect.succeed({
        kind: "news",
        articles: news.articles.map((article) => ({ description: "", url: "", ...article }))
      })
    : Effect.fail(refuse(45008))

/** Phones show a message menu as lines to tap; each sends its words with its id (notes 3.2). */
const messageMenu = (menu: (typeof MessageMenuBody.Type)["msgmenu"]): AccountMessage => ({
  kind: "text",
  content: [
    ...(menu.head_content === undefined ? [] : [menu.head_content]),
    ...menu.list.map(
      (item) =>
        `<a href="weixin://bizmsgmenu?msgmenucontent=${encodeURIComponent(item.content)}&msgmenuid=${item.id}">${item.content}</a>`
    ),
    ...(menu.tail_content === undefined ? [] : [menu.tail_content])
  ].join("\n")
})
