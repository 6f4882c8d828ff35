/** What a phone does that WeChat tells the account (protocol notes 2.3, 2.4). */
export type UserAct =
  /** `article`: the message came from an article; `menuId`: from an item of a message menu. */
  | {
      readonly kind: "text"
      readonly content: string
      readonly menuId?: string
      readonly article?: FromArticle
    }
  | { readonly kind: "image"; readonly picUrl: string; readonly mediaId: string }
  | { readonly kind: "voice"; readonly mediaId: string }
  | { readonly kind: "video" | "shortvideo"; readonly mediaId: string; readonly thumbMediaId: string }
  | {
      readonly kind: "location"
      readonly latitude: number
      readonly longitude: number
      readonly label: string
    }
  | { readonly kind: "link"; readonly title: string; readonly description: string; readonly url: string }
  /** A kind of message that nobody documented. */
  | { readonly kind: "other"; readonly type: string }
  /** `fields`: its elements, in order; a value that is not a text holds elements itself. */
  | { readonly kind: "event"; readonly event: string; readonly fields: ReadonlyArray<EventField> }

/** Where an article's reader wrote: the article's data id, and its place among those sent together, from 1 (notes 2.2). */
export interface FromArticle {
  readonly dataId: string
  readonly index: number
}

export type EventField = readonly [name: string, value: string | number | ReadonlyArray<EventField>]

/** What every callback says besides the act itself. */
export interface CallbackHeader {
  readonly accountId: string
  readonly openid: string
  readonly createTimeSeconds: number
  /** Decimal 64-bit number; events carry none. */
  readonly messageId: string
}

/** Stickers and other kinds that accounts cannot get arrive as this text (notes 2.3). */
export const unsupportedKindText = "【收到不支持的消息类型，暂无法显示】"

/** The XML of a plain callback. CDATA is not split at `]]>`: WeChat does not either (pitfalls 14, 41). */
export const callbackBody = (header: CallbackHeader, act: UserAct): string =>
  [
    `<xml><ToUserName>${cdata(header.accountId)}</ToUserName>`,
    `<FromUserName>${cdata(header.openid)}</FromUserName>`,
    `<CreateTime>${header.createTimeSeconds}</CreateTime>`,
    ...actElements(header, act),
    "</xml>"
  ].join("\n")

/** A MsgId as WeChat makes them: seconds in the upper half, a counter below (7250021412600020992 is of June 2023). */
export const messageIdAt = (nowMillis: number, count: number): string =>
  String((BigInt(Math.floor(nowMillis / 1000)) << 32n) | BigInt(count % 0x1_0000_0000))

const actElements = (header: CallbackHeader, act: UserAct): ReadonlyArray<string> => {
  const id = `<MsgId>${header.messageId}</MsgId>`
  switch (act.kind) {
    case "text":
      return [
        "<MsgType><![CDATA[text]]></MsgType>",
        `<Content>${cdata(act.content)}</Content>`,
        id,
        ...(act.menuId === undefined ? [] : [`<bizmsgmenuid>${act.menuId}</bizmsgmenuid>`]),
        ...(act.article === undefined
          ? []
          : [`<MsgDataId>${act.article.dataId}</MsgDataId>`, `<Idx>${act.article.index}</Idx>`])
      ]
    case "image":
      return [
        "<MsgType><![CDATA[image]]></MsgType>",
        `<PicUrl>${cdata(act.picUrl)}</PicUrl>`,
        id,
        `<MediaId>${cdata(act.mediaId)}</MediaId>`
      ]
    case "voice":
      return [
        "<MsgType><![CDATA[voice]]></MsgType>",
        `<MediaId>${cdata(act.mediaId)}</MediaId>`,
        "<Format><![CDATA[amr]]></Format>",
        id,
        "<Recognition><![CDATA[]]></Recognition>"
      ]
    case "video":
    case "shortvideo":
      return [
        `<MsgType>${cdata(act.kind)}</MsgType>`,
        `<MediaId>${cdata(act.mediaId)}</MediaId>`,
        `<ThumbMediaId>${cdata(act.thumbMediaId)}</ThumbMediaId>`,
        id
      ]
    case "location":
      return [
        "<MsgType><![CDATA[location]]></MsgType>",
        `<Location_X>${act.latitude}</Location_X>`,
        `<Location_Y>${act.longitude}</Location_Y>`,
        "<Scale>15</Scale>",
        `<Label>${cdata(act.label)}</Label>`,
        id
      ]
    case "link":
      return [
        "<MsgType><![CDATA[link]]></MsgType>",
        `<Title>${cdata(act.title)}</Title>`,
        `<Description>${cdata(act.description)}</Description>`,
        `<Url>${cdata(act.url)}</Url>`,
        id
      ]
    case "other":
      return [`<MsgType>${cdata(act.type)}</MsgType>`, id]
    case "event":
      return [
        "<MsgType><![CDATA[event]]></MsgType>",
        `<Event>${cdata(act.event)}</Event>`,
        ...act.fields.map(fieldElement)
      ]
  }
}

/** The name of an act on the wire: the kind of message, or the event. */
export const nameOf = (act: UserAct): string => {
  switch (act.kind) {
    case "event":
      return act.event
    case "other":
      return act.type
    default:
      return act.kind
  }
}

const fieldElement = ([name, value]: EventField): string => {
  if (typeof value === "number") return `<${name}>${value}</${name}>`
  const inner = typeof value === "string" ? cdata(value) : value.map(fieldElement).join("\n")
  return `<${name}>${inner}</${name}>`
}

const cdata = (text: string): string => `<![CDATA[${text}]]>`
