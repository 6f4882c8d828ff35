import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { XMLParser } from "fast-xml-parser"
import { html } from "../../src/http/html.ts"

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "",
  parseAttributeValue: false,
  parseTagValue: false,
  trimValues: false,
  processEntities: true,
  htmlEntities: true
})

describe("html", () => {
  it("escapes what is put in, and nothing of what is written", () => {
    assert.strictEqual(
      html`<p title="${`"'`}">${"<script>&"}</p>`.html,
      `<p title="&quot;&#39;">&lt;script&gt;&amp;</p>`
    )
  })

  it("takes pieces, lists of pieces, numbers and nothing", () => {
    const items = ["a", "<"].map((one) => html`<li>${one}</li>`)
    assert.strictEqual(html`${items}${1}${undefined}`.html, "<li>a</li><li>&lt;</li>1")
  })

  it.prop("no text leaves its place in an element or an attribute", [Schema.String], ([text]) => {
    const { html: document } = html`<p title="${text}">${text}</p>`
    assert.strictEqual(document.match(/[<>]/gu)?.length, 4)
    assert.strictEqual(document.match(/"/gu)?.length, 2)
    const printable = text.toWellFormed().replaceAll(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, "")
    const read = parser.parse(html`<p title="${printable}">${printable}.</p>`.html) as {
      readonly p: { readonly title: string; readonly "#text": string }
    }
    assert.deepStrictEqual([read.p.title, read.p["#text"]], [printable, `${printable}.`])
  })
})
