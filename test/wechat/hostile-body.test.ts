import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { readMessage } from "../../src/wechat/messages.ts"
import { callback, event, header, markupAndText, user } from "./callback-xml.ts"

const problem = (xml: string): string =>
  Result.match(readMessage(xml), {
    onFailure: (error) => error.message,
    onSuccess: (message) => message._tag
  })

describe("reading any body", () => {
  it.prop(
    "never throws and never finds another sender, however a body was damaged",
    [markupAndText, Schema.Natural, Schema.Natural, Schema.Literals(["text", "link", "event", "location"])],
    ([parts, at, cut, kind]) => {
      const xml =
        kind === "event"
          ? event("CLICK", "<EventKey><![CDATA[配对]]></EventKey>")
          : callback(kind, { content: "你好" })
      const start = at % xml.length
      const damaged = xml.slice(0, start) + parts.join("") + xml.slice(start + (cut % 40))
      const result = readMessage(damaged)
      if (Result.isSuccess(result)) assert.match(result.success.from, /^[A-Za-z0-9_-]{1,64}$/)
      else assert.strictEqual(result.failure._tag, "NotAMessage")
    },
    { arbitrary: { runs: 4_000 } }
  )

  it.prop("that is just text gives a refusal", [markupAndText], ([parts]) => {
    assert.isTrue(Result.isFailure(readMessage(parts.join(""))))
  })

  const hostile: ReadonlyArray<readonly [string, string]> = [
    ["open elements", "<a>".repeat(21_000)],
    ["nested elements", "<a>".repeat(9_000) + "</a>".repeat(9_000)],
    ["empty elements", "<a/>".repeat(16_000)],
    ["open CDATA", "<![CDATA[".repeat(7_000)],
    ["open comments", "<!--".repeat(16_000)],
    ["open contents", "<Content>".repeat(7_000)],
    ["closed contents", `<Content><![CDATA[${"]]></Content>".repeat(5_000)}`],
    ["brackets", "<".repeat(64_000)],
    ["attributes", `<a ${'b="1" '.repeat(10_000)}/>`],
    ["instructions", "<?a".repeat(21_000)],
    ["entities", `<a>${"&amp;".repeat(12_000)}</a>`],
    ["spaces", `<a${" ".repeat(64_000)}`],
    ["line ends", "\n".repeat(64_000)],
    ["control characters", "\u0001".repeat(64_000)]
  ]
  it.each(hostile)("of 64 KiB of %s takes no time to speak of", (_name, text) => {
    const begin = performance.now()
    readMessage(`<xml>${header("text")}${text}</xml>`)
    readMessage(`<xml>${text}`)
    assert.isBelow(performance.now() - begin, 1_000)
  })
})

describe("a body is refused", () => {
  const refused: ReadonlyArray<readonly [string, string]> = [
    ["empty", ""],
    ["JSON", '{"ToUserName":"gh_0123456789ab","MsgType":"text"}'],
    ["HTML", "<html><body>hi</body></html>"],
    ["cut short", callback("text", { content: "你好" }).slice(0, -1)],
    ["two documents", callback("image", {}) + callback("image", {})],
    ["a doctype", `<!DOCTYPE xml [<!ENTITY a "b">]>${callback("text", {})}`],
    ["a doctype after the content", callback("text", { after: "<!doctype x>" })],
    ["an entity", callback("text", {}).replace("<MsgType>", "<!ENTITY a 'b'><MsgType>")],
    ["no sender", callback("text", {}).replace(/<FromUserName>.*<\/FromUserName>/, "")],
    [
      "a sender only after the content",
      callback("text", { after: `<FromUserName>${user}</FromUserName>` }).replace(
        /<FromUserName>.*?<\/FromUserName>/,
        ""
      )
    ],
    ["a sender twice", callback("link", { after: "<FromUserName>victim</FromUserName>" })],
    ["a sender again after the content", callback("text", { after: "<FromUserName>victim</FromUserName>" })],
    ["a malformed sender", callback("text", {}).replace(user, "a b")],
    ["a time that is none", callback("text", {}).replace("1700000000", "1e9")],
    ["two contents", callback("text", { after: "<Content>b</Content>" })],
    ["a text without content", `<xml>${header("text")}<MsgId>1</MsgId></xml>`],
    ["a picture without its id", `<xml>${header("image")}<MsgId>1</MsgId></xml>`],
    ["an event without a name", `<xml>${header("event")}</xml>`],
    ["a place without numbers", callback("location", {}).replace("23.134521", "NaN")],
    ["an encrypted body", "<xml><ToUserName>gh_0123456789ab</ToUserName><Encrypt>AAAA</Encrypt></xml>"]
  ]
  it.each(refused)("%s", (_name, xml) => assert.match(problem(xml), /^Not a message of WeChat: /))

  it("without its content in the reason", () => {
    const forged = problem(callback("link", { after: "<FromUserName>victim</FromUserName>" }))
    assert.strictEqual(forged, "Not a message of WeChat: a field occurs twice (FromUserName)")
  })
})
