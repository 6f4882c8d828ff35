import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { readMessage } from "../../src/wechat/messages.ts"
import { imageReply, success, textReply, videoReply, voiceReply } from "../../src/wechat/reply.ts"
import { readXml, withoutForbiddenCharacters } from "../../src/wechat/xml.ts"
import { markupAndText, user } from "./callback-xml.ts"

const address = { to: user, from: "gh_0123456789ab", createTimeSeconds: 1_700_000_000 }
const head =
  `<xml><ToUserName><![CDATA[${user}]]></ToUserName><FromUserName><![CDATA[gh_0123456789ab]]></FromUserName>` +
  "<CreateTime>1700000000</CreateTime>"

/** As a parser that keeps the rules of XML reads the content: the CDATA sections of it, joined. */
const sections = (xml: string): string => {
  const inside = xml.slice(xml.indexOf("<Content>") + "<Content>".length, xml.lastIndexOf("</Content></xml>"))
  let text = ""
  let rest = inside
  while (rest !== "") {
    assert.isTrue(rest.startsWith("<![CDATA["), rest)
    const end = rest.indexOf("]]>")
    text += rest.slice("<![CDATA[".length, end)
    rest = rest.slice(end + "]]>".length)
  }
  return text
}

describe("textReply", () => {
  it("is exactly what the protocol asks for", () => {
    assert.strictEqual(
      textReply({ ...address, content: "你好 & <b>" }),
      `${head}<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[你好 & <b>]]></Content></xml>`
    )
  })

  it.prop("carries any text, or is `success` when nothing of it can be shown", [markupAndText], ([parts]) => {
    const content = parts.join("")
    const visible = withoutForbiddenCharacters(content)
    const xml = textReply({ ...address, content })
    if (visible === "") assert.strictEqual(xml, success)
    else assert.strictEqual(sections(xml), visible)
  })

  it("has no empty content", () => {
    for (const content of ["", "\u0000", "\uD800", "\u001D\uFFFF"]) {
      assert.strictEqual(textReply({ ...address, content }), success)
    }
  })

  it("splits the end of a section and keeps line ends", () => {
    const xml = textReply({ ...address, content: "a]]>b\nc]]]]>>\u0002" })
    assert.include(xml, "<![CDATA[a]]]]><![CDATA[>b\nc]]]]]]><![CDATA[>>]]>")
  })
})

describe("media replies", () => {
  it("wrap the media id in the element of their kind", () => {
    const media = { ...address, mediaId: "m-1_]]>" }
    const id = "<MediaId><![CDATA[m-1_]]]]><![CDATA[>]]></MediaId>"
    assert.strictEqual(
      imageReply(media),
      `${head}<MsgType><![CDATA[image]]></MsgType><Image>${id}</Image></xml>`
    )
    assert.strictEqual(
      voiceReply(media),
      `${head}<MsgType><![CDATA[voice]]></MsgType><Voice>${id}</Voice></xml>`
    )
    assert.strictEqual(
      videoReply(media),
      `${head}<MsgType><![CDATA[video]]></MsgType><Video>${id}</Video></xml>`
    )
  })

  it.prop("are well-formed for any id", [Schema.String], ([mediaId]) => {
    assert.isTrue(Result.isSuccess(readXml(imageReply({ ...address, mediaId }))))
    assert.isTrue(Result.isFailure(readMessage(imageReply({ ...address, mediaId }).replace("</xml>", ""))))
  })
})
