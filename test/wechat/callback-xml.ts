/** Callbacks as WeChat writes them (protocol notes 2), for tests: user text is not split at `]]>`. */
import { Schema } from "effect"
import { Openid } from "../../src/core/openid.ts"

export const user = Openid.make("oIDF3yF5gYqZ0R-K_abcdefghijk")

export const header = (msgType: string): string =>
  `<ToUserName><![CDATA[gh_0123456789ab]]></ToUserName>\n<FromUserName><![CDATA[${user}]]></FromUserName>\n` +
  `<CreateTime>1700000000</CreateTime>\n<MsgType><![CDATA[${msgType}]]></MsgType>\n`

export const event = (name: string, more = ""): string =>
  `<xml>${header("event")}<Event><![CDATA[${name}]]></Event>${more}</xml>`

/** A plain message of a kind with every field it has; `after` is put at its end. */
export const callback = (
  msgType: string,
  { content = "", after = "" }: { content?: string; after?: string }
): string =>
  `<xml>${header(msgType)}${bodies[msgType]?.(content) ?? ""}<MsgId>7250021412600020992</MsgId>${after}</xml>`

const bodies: Readonly<Record<string, (content: string) => string>> = {
  text: (content) => `<Content><![CDATA[${content}]]></Content>\n`,
  image: () => "<PicUrl><![CDATA[http://a.example/p]]></PicUrl><MediaId><![CDATA[media]]></MediaId>",
  voice: () => "<MediaId><![CDATA[media]]></MediaId><Format>amr</Format><Recognition></Recognition>",
  shortvideo: () => "<MediaId><![CDATA[media]]></MediaId><ThumbMediaId><![CDATA[thumb]]></ThumbMediaId>",
  location: () =>
    "<Location_X>23.134521</Location_X><Location_Y>-113.358803</Location_Y><Scale>20</Scale><Label><![CDATA[广州 & 塔]]></Label>",
  link: () =>
    "<Title><![CDATA[题]]></Title><Description><![CDATA[<Content><![CDATA[]]></Description>" +
    "<Url><![CDATA[https://a.example/?a=1&b=2]]></Url>"
}

const markup = [
  "<Content>",
  "<![CDATA[",
  "]]>",
  "]]></Content>",
  "</Content>",
  "</xml>",
  "<xml>",
  "<!DOCTYPE a>",
  "<!ENTITY b 'c'>",
  "<FromUserName><![CDATA[victim]]></FromUserName>",
  "<MsgType><![CDATA[event]]></MsgType>",
  "<!--",
  "-->",
  "<?a",
  "?>",
  "&amp;",
  "&#x0;",
  "&lt;",
  "<__proto__>",
  "</a",
  "<a b='",
  "\u0000",
  "\uD800",
  "😀",
  " ",
  "\n"
] as const

/** Text to be joined: anything, mixed with what could confuse a reader of XML. */
export const markupAndText = Schema.Array(Schema.Union([Schema.String, Schema.Literals(markup)]))
