/** The answer in the HTTP exchange, as WeChat reads it (被动回复, protocol notes 3): exact XML, or `success` if there is nothing to say. */
import type { Openid } from "../core/openid.ts"
import { withoutForbiddenCharacters } from "./xml.ts"

/** Says that there is nothing to say: WeChat neither sends the message again nor shows an error (notes 3.1). */
export const success = "success"

/**
 * To and from change places with the message that is answered: `to` is the user, `from` our account's original id. Time in
 * seconds (pitfall 25).
 */
export interface ReplyAddress {
  readonly to: Openid
  readonly from: string
  readonly createTimeSeconds: number
}

/**
 * A text as it is, at most 2,048 bytes of UTF-8 (notes 3.2; the caller has cut it). A text of which nothing can be shown
 * becomes `success`: an empty `<Content>` would show WeChat's fault notice (pitfall 11).
 */
export const textReply = (reply: ReplyAddress & { readonly content: string }): string => {
  const content = withoutForbiddenCharacters(reply.content)
  return content === "" ? success : document(reply, "text", element("Content", cdata(content)))
}

export const imageReply = (reply: ReplyAddress & { readonly mediaId: string }): string =>
  document(reply, "image", element("Image", element("MediaId", cdata(reply.mediaId))))

export const voiceReply = (reply: ReplyAddress & { readonly mediaId: string }): string =>
  document(reply, "voice", element("Voice", element("MediaId", cdata(reply.mediaId))))

export const videoReply = (reply: ReplyAddress & { readonly mediaId: string }): string =>
  document(reply, "video", element("Video", element("MediaId", cdata(reply.mediaId))))

/** A text as the inside of an element: `]]>` is split over two sections, and what XML forbids is left out (notes 3.2). */
export const cdata = (text: string): string =>
  `<![CDATA[${withoutForbiddenCharacters(text).replaceAll("]]>", "]]]]><![CDATA[>")}]]>`

/** No space may stand in or between tags (pitfall 42). */
export const element = (name: string, inside: string): string => `<${name}>${inside}</${name}>`

const document = (address: ReplyAddress, msgType: string, body: string): string =>
  element(
    "xml",
    element("ToUserName", cdata(address.to)) +
      element("FromUserName", cdata(address.from)) +
      element("CreateTime", String(Math.trunc(address.createTimeSeconds))) +
      element("MsgType", cdata(msgType)) +
      body
  )
