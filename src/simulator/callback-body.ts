/** What a phone does that WeChat tells the account (protocol notes 2.3, 2.4). */
export type UserAct =
  | { readonly kind: "text"; readonly content: string; readonly menuId?: string }
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
  | {
      readonly kind: "event"
      readonly event: "subscribe" | "unsubscribe" | "CLICK" | "VIEW"
      readonly key: string
    }
  /** `followed`: already a follower (SCAN); else the scan made the user follow (subscribe). */
  | { readonly kind: "scan"; readonly followed: boolean; readonly scene: string; readonly ticket: string }
  /** The place that a phone reports of itself. */
  | { readonly kind: "position"; readonly latitude: number; readonly longitude: number }

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
        ...(act.menuId === undefined ? [] : [`<bizmsgmenuid>${act.menuId}</bizmsgmenuid>`])
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
    case "event":
      return eventElements(act.event, `<EventKey>${cdata(act.key)}</EventKey>`)
    case "scan":
      return eventElements(
        act.followed ? "SCAN" : "subscribe",
        `<EventKey>${cdata(act.followed ? act.scene : `qrscene_${act.scene}`)}</EventKey>`,
        `<Ticket>${cdata(act.ticket)}</Ticket>`
      )
    case "position":
      return eventElements(
        "LOCATION",
        `<Latitude>${act.latitude}</Latitude>`,
        `<Longitude>${act.longitude}</Longitude>`,
        "<Precision>30.000000</Precision>"
      )
  }
}

/** The name of an act on the wire: the kind of message, or the event. */
export const nameOf = (act: UserAct): string => {
  switch (act.kind) {
    case "event":
      return act.event
    case "scan":
      return act.followed ? "SCAN" : "subscribe"
    case "position":
      return "LOCATION"
    default:
      return act.kind
  }
}

const eventElements = (event: string, ...elements: ReadonlyArray<string>) => [
  "<MsgType><![CDATA[event]]></MsgType>",
  `<Event>${cdata(event)}</Event>`,
  ...elements
]

const cdata = (text: string): string => `<![CDATA[${text}]]>`
