import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { Openid } from "../../src/core/openid.ts"
import { duplicateKey, type Incoming, readMessage } from "../../src/wechat/messages.ts"
import { withoutForbiddenCharacters } from "../../src/wechat/xml.ts"
import { callback, event, markupAndText, user } from "./callback-xml.ts"

const read = (xml: string): Incoming => Result.getOrThrow(readMessage(xml))
const contentOf = (xml: string): string | undefined => {
  const message = read(xml)
  return message._tag === "Text" ? message.content : undefined
}

describe("a text", () => {
  it.prop("arrives word for word, whatever it is", [Schema.String], ([content]) => {
    assert.strictEqual(contentOf(callback("text", { content })), withoutForbiddenCharacters(content))
  })

  it.prop(
    "cannot become a field, whatever markup it is made of",
    [markupAndText],
    ([parts]) => {
      const content = parts.join("")
      const message = read(callback("text", { content }))
      assert.deepStrictEqual(
        [message.from, message.to, message.createTimeSeconds],
        [user, "gh_0123456789ab", 1_700_000_000]
      )
      if (message._tag === "Text") assert.strictEqual(message.content, withoutForbiddenCharacters(content))
      else assert.fail(message._tag)
    },
    { arbitrary: { runs: 500 } }
  )

  const exact = [
    "0012",
    "1e3",
    "0x1F",
    "true",
    " 前后 ",
    "]]>",
    "a]]></Content><b>",
    "&amp;",
    '<a href="x">y</a>',
    "😀\n👍",
    ""
  ]
  it.each(exact)("%j stays what it is", (content) => {
    assert.strictEqual(contentOf(callback("text", { content })), content)
  })

  it("without CDATA may name characters that do not exist", () => {
    const xml = callback("text", {}).replace("<![CDATA[]]>", "&#9999999;&#xFFFFFF;&#0;&#65;&nbsp;")
    assert.strictEqual(contentOf(xml), "&#9999999;&#xFFFFFF;A&nbsp;")
  })

  it("without CDATA has its entities decoded once", () => {
    const xml = callback("text", {}).replace(
      "<Content><![CDATA[]]></Content>",
      "<Content>&lt;&amp;amp; &#20320; &#x1F600;</Content>"
    )
    assert.strictEqual(contentOf(xml), "<&amp; 你 😀")
    assert.strictEqual(
      contentOf(xml.replace(/<Content>.*<\/Content>/, "<Content>\n<![CDATA[ 你 ]]>\n</Content>")),
      " 你 "
    )
  })

  it("that is one of WeChat's sentences for what it does not pass on is a sticker", () => {
    assert.strictEqual(read(callback("text", { content: "[Unsupported Message]" }))._tag, "Sticker")
    assert.strictEqual(
      read(callback("text", { content: "【收到不支持的消息类型，暂无法显示】" }))._tag,
      "Sticker"
    )
    assert.strictEqual(read(callback("text", { content: "[Unsupported Message] " }))._tag, "Text")
  })

  it("has its id, also one that is no number, by either of WeChat's spellings", () => {
    for (const name of ["MsgId", "MsgID"]) {
      const xml = callback("text", { content: "喂" }).replace(
        /<MsgId>.*<\/MsgId>/u,
        `<${name}>CAIQ_x</${name}>`
      )
      assert.deepInclude(read(xml), { msgId: "CAIQ_x" })
    }
  })

  it("from a tap on one of our links names the link", () => {
    const message = read(callback("text", { content: "继续", after: "<bizmsgmenuid>101</bizmsgmenuid>" }))
    assert.strictEqual(message._tag === "Text" ? message.menuItemId : undefined, "101")
  })
})

describe("other kinds", () => {
  const about = { to: "gh_0123456789ab", from: user, createTimeSeconds: 1_700_000_000 }
  const kinds: ReadonlyArray<readonly [string, string, object]> = [
    ["image", callback("image", {}), { _tag: "Image", msgId: "7250021412600020992", mediaId: "media" }],
    ["voice", callback("voice", {}), { _tag: "Voice", msgId: "7250021412600020992", mediaId: "media" }],
    [
      "shortvideo",
      callback("shortvideo", {}),
      { _tag: "Video", msgId: "7250021412600020992", mediaId: "media", thumbMediaId: "thumb" }
    ],
    [
      "location",
      callback("location", {}),
      {
        _tag: "Location",
        msgId: "7250021412600020992",
        latitude: 23.134521,
        longitude: -113.358803,
        label: "广州 & 塔"
      }
    ],
    [
      "location in Greenwich",
      callback("location", {}).replace("-113.358803", "-5.0E-4"),
      {
        _tag: "Location",
        msgId: "7250021412600020992",
        latitude: 23.134521,
        longitude: -0.0005,
        label: "广州 & 塔"
      }
    ],
    [
      "link",
      callback("link", {}),
      {
        _tag: "Link",
        msgId: "7250021412600020992",
        title: "题",
        description: "<Content><![CDATA[",
        url: "https://a.example/?a=1&b=2"
      }
    ],
    ["unknown", callback("file", {}), { _tag: "UnknownKind", msgId: "7250021412600020992", msgType: "file" }],
    ["follow", event("subscribe"), { _tag: "Followed" }],
    ["follow with an empty key", event("subscribe", "<EventKey></EventKey>"), { _tag: "Followed" }],
    [
      "follow after a payment",
      event("subscribe", "<EventKey>last_trade_no_1</EventKey>"),
      { _tag: "Followed" }
    ],
    [
      "follow from a code",
      event("subscribe", "<EventKey>qrscene_9</EventKey>"),
      { _tag: "Followed", scene: "9" }
    ],
    ["unfollow", event("unsubscribe"), { _tag: "Unfollowed" }],
    ["scan, lower case", event("scan", "<EventKey>9</EventKey>"), { _tag: "Scanned", scene: "9" }],
    ["click", event("CLICK", "<EventKey><![CDATA[配对]]></EventKey>"), { _tag: "Clicked", key: "配对" }],
    [
      "others",
      event("TEMPLATESENDJOBFINISH", "<MsgID>1</MsgID>"),
      { _tag: "OtherEvent", event: "templatesendjobfinish", key: "" }
    ],
    [
      "a nested event",
      event("location_select", "<SendLocationInfo><FromUserName>x</FromUserName></SendLocationInfo>"),
      { _tag: "OtherEvent", event: "location_select", key: "" }
    ],
    [
      "odd names and stray text",
      event(
        "unsubscribe",
        "webwx_msg_cli_ver_0x1<__proto__><from>x</from></__proto__><constructor>1</constructor>"
      ),
      { _tag: "Unfollowed" }
    ]
  ]
  it.each(kinds)("%s", (_name, xml, expected) => {
    assert.deepStrictEqual({ ...read(xml) }, { ...about, ...expected } as Incoming)
  })
})

describe("the key of a message", () => {
  const text = (over: Partial<Incoming & { _tag: "Text" }>): Incoming => ({
    _tag: "Text",
    to: "gh_1",
    from: user,
    createTimeSeconds: 5,
    content: "a",
    ...over
  })

  it("is the same for every attempt and differs between users, seconds and messages", () => {
    const other = Openid.make("o-someone-else")
    const distinct: ReadonlyArray<Incoming> = [
      text({ msgId: "1" }),
      text({ msgId: "2" }),
      text({ msgId: "1", from: other }),
      text({ msgId: "1", createTimeSeconds: 6 }),
      text({}),
      text({ content: "b" }),
      { _tag: "Clicked", to: "gh_1", from: user, createTimeSeconds: 5, key: "a" },
      { _tag: "Clicked", to: "gh_1", from: user, createTimeSeconds: 5, key: "b" },
      { _tag: "OtherEvent", to: "gh_1", from: user, createTimeSeconds: 5, event: "view", key: "a" },
      { _tag: "Followed", to: "gh_1", from: user, createTimeSeconds: 5 },
      { _tag: "Unfollowed", to: "gh_1", from: user, createTimeSeconds: 5 }
    ]
    const keys = distinct.map(duplicateKey)
    assert.strictEqual(new Set(keys).size, distinct.length)
    assert.deepStrictEqual(
      distinct.map((incoming) => duplicateKey({ ...incoming })),
      keys
    )
    for (const key of keys) assert.match(key, /^[0-9a-f]{64}$/)
  })

  it("does not depend on the order of fields", () => {
    const a: Incoming = {
      _tag: "OtherEvent",
      event: "view",
      key: "k",
      from: user,
      to: "gh_1",
      createTimeSeconds: 5
    }
    const b: Incoming = {
      to: "gh_1",
      createTimeSeconds: 5,
      from: user,
      key: "k",
      event: "view",
      _tag: "OtherEvent"
    }
    assert.strictEqual(duplicateKey(a), duplicateKey(b))
  })
})
