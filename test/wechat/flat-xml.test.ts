import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { flatElements } from "../../src/wechat/flat-xml.ts"
import { readXml } from "../../src/wechat/xml.ts"
import { callback, event, markupAndText } from "./callback-xml.ts"

const kinds = Schema.Literals(["text", "image", "voice", "shortvideo", "location", "link", "event"])

/** With a declaration in front the parser reads a body, since WeChat writes none. */
const byParser = (xml: string) => readXml(`<?xml version="1.0"?>${xml}`)

describe("reading WeChat's flat form without a parser", () => {
  it.prop(
    "finds what the parser finds, however a body was damaged",
    [kinds, markupAndText, Schema.Natural, Schema.Natural, Schema.Literals([0, 1, 12, 40])],
    ([kind, parts, at, cut, most]) => {
      const xml =
        kind === "event" ? event("SCAN", "<EventKey>1</EventKey>") : callback(kind, { content: "你好" })
      const start = "<xml>".length + (at % (xml.length - "<xml>".length))
      const end = most === 0 ? start : start + (cut % most)
      const damaged = xml.slice(0, start) + parts.join("") + xml.slice(end)
      assert.deepStrictEqual(readXml(damaged), byParser(damaged))
    },
    { arbitrary: { runs: 1_000 } }
  )

  it("takes elements side by side, with a section or a plain text in each", () => {
    const xml = "\n<A><![CDATA[ <b>&amp;]] ]]></A> <B_1> 2 </B_1><C></C>\n"
    assert.deepStrictEqual(flatElements(xml, 0, xml.length), [
      { name: "A", value: " <b>&amp;]] " },
      { name: "B_1", value: "2" },
      { name: "C", value: "" }
    ])
  })

  it.each([
    "<A><B>1</B></A>",
    "<A b='1'>1</A>",
    "<A/>",
    "<!-- --><A>1</A>",
    "<A>&lt;</A>",
    "<A>]]></A>",
    "<A><![CDATA[1]]><![CDATA[2]]></A>",
    "<A>1</B>",
    "<A>1",
    "text",
    "<1>1</1>"
  ])("leaves %s to the parser", (xml) => {
    assert.isUndefined(flatElements(xml, 0, xml.length))
  })

  it("does not look beyond the part that it was given", () => {
    const xml = "<A>1</A><B>2</B>"
    assert.isUndefined(flatElements(xml, 0, xml.length - 1))
    assert.deepStrictEqual(flatElements(xml, 0, "<A>1</A>".length), [{ name: "A", value: "1" }])
  })

  it("a body in that form is read", () => {
    assert.isTrue(Result.isSuccess(readXml(callback("text", { content: "]]></Content><A>" }))))
  })
})
