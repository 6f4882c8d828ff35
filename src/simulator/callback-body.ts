/** What a phone does that WeChat tells the account (protocol notes 2.3, 2.4). */
export type UserAct =
  | { readonly kind: "text"; readonly content: string; readonly menuId?: string }
  | { readonly kind: "image"; readonly picUrl: string; readonly mediaId: string }
  | {
      readonly kind: "event"
      readonly event: "subscribe" | "unsubscribe" | "CLICK" | "SCAN"
      readonly key: string
    }

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
    case "event":
      return [
        "<MsgType><![CDATA[event]]></MsgType>",
        `<Event>${cdata(act.event)}</Event>`,
        `<EventKey>${cdata(act.key)}</EventKey>`
      ]
  }
}

const cdata = (text: string): string => `<![CDATA[${text}]]>`
