import { assert, describe, it } from "@effect/vitest"
import { Effect, Result, Schema } from "effect"
import { maxTextBytes } from "../../src/simulator/account-message.ts"
import { readAnswer } from "../../src/simulator/reply-reader.ts"
import { botAccountId } from "./tiny-bot.ts"

const openid = "oAAAAAAAAAAAAAAAAAAAAAAAAAAA"
const cdata = (text: string) => `<![CDATA[${text.replaceAll("]]>", "]]]]><![CDATA[>")}]]>`
const envelope = (elements: string, to = openid, from = botAccountId) =>
  `<xml><ToUserName>${cdata(to)}</ToUserName><FromUserName>${cdata(from)}</FromUserName><CreateTime>1</CreateTime>${elements}</xml>`
const text = (content: string) =>
  envelope(`<MsgType>${cdata("text")}</MsgType><Content>${cdata(content)}</Content>`)
const read = (body: string) => Effect.result(readAnswer(body, openid, botAccountId))

/** What XML 1.0 can carry; CR is left out because XML reads it as LF. */
const xmlText = Schema.NonEmptyString.check(
  Schema.isPattern(/^[\t\n\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]+$/u)
)

const reasonOf = Effect.fnUntraced(function* (body: string) {
  const result = yield* read(body)
  return Result.isFailure(result) ? result.failure.reason : "taken"
})

describe("reading an answer as WeChat does (protocol notes 3.1, 3.2)", () => {
  it.effect.prop("a text that WeChat carries arrives word for word", [xmlText], ([content]) =>
    Effect.gen(function* () {
      const answer = yield* readAnswer(text(content), openid, botAccountId)
      assert.deepStrictEqual(answer, { _tag: "Message", message: { kind: "text", content } })
    })
  )

  it.effect.prop("the length that counts is in bytes", [Schema.Literals([1, 2, 3, 4])], ([size]) =>
    Effect.gen(function* () {
      const character = ["a", "é", "猴", "🐵"][size - 1] ?? ""
      const fitting = character.repeat(Math.floor(maxTextBytes / size))
      assert.strictEqual(yield* reasonOf(text(fitting)), "taken")
      assert.strictEqual(yield* reasonOf(text(fitting + character)), "Content is too long")
    })
  )

  const names = ["ToUserName", "FromUserName", "MsgType", "Content"] as const
  it.effect.prop("an element missing or in another case is not found", [Schema.Literals(names)], ([name]) =>
    Effect.gen(function* () {
      for (const other of [name.toLowerCase(), name.toUpperCase(), `x${name}`]) {
        const body = text("hello").replaceAll(`${name}>`, `${other}>`)
        assert.strictEqual(yield* reasonOf(body), "element missing", other)
      }
    })
  )

  it.effect("nothing to show: success, or no body at all", () =>
    Effect.gen(function* () {
      for (const body of ["success", ""]) {
        assert.deepStrictEqual(yield* readAnswer(body, openid, botAccountId), { _tag: "Silence" })
      }
    })
  )

  it.effect("media need their wrapper, news their count", () =>
    Effect.gen(function* () {
      const image = (inner: string) => envelope(`<MsgType>${cdata("image")}</MsgType>${inner}`)
      assert.deepStrictEqual(
        yield* readAnswer(image(`<Image><MediaId>${cdata("m1")}</MediaId></Image>`), openid, botAccountId),
        { _tag: "Message", message: { kind: "image", mediaId: "m1" } }
      )
      assert.strictEqual(yield* reasonOf(image(`<MediaId>${cdata("m1")}</MediaId>`)), "element missing")
      assert.strictEqual(yield* reasonOf(image("<Image></Image>")), "MediaId is missing")
      const item = `<item><Title>${cdata("t")}</Title><Url>${cdata("https://example.edu/")}</Url></item>`
      const news = (count: number, items: number) =>
        envelope(
          `<MsgType>${cdata("news")}</MsgType><ArticleCount>${count}</ArticleCount><Articles>${item.repeat(items)}</Articles>`
        )
      assert.strictEqual(yield* reasonOf(news(1, 1)), "taken")
      assert.strictEqual(yield* reasonOf(news(2, 1)), "Articles are wrong")
      assert.strictEqual(yield* reasonOf(news(9, 9)), "Articles are wrong")
    })
  )

  const refused: ReadonlyArray<readonly [string, string, string]> = [
    ["JSON", `{"errcode":0}`, "not XML"],
    ["JSON string", `"success"`, "not XML"],
    ["a failed echo", "success\n", "not XML"],
    ["an HTML error page", "<html><body>502</body></html>", "root is not xml"],
    ["another root", text("a").replaceAll("xml>", "XML>"), "root is not xml"],
    ["an unclosed element", text("a").replace("</Content>", ""), "not XML"],
    ["two documents", text("a") + text("b"), "not XML"],
    ["a CDATA that ends early", text("a").replace("[a]", "[a]]>b]"), "not XML"],
    ["a forbidden character", text("a\u0002"), "not XML"],
    ["a space in a tag", text("a").replace("<Content>", "<Content >"), "space or attribute inside a tag"],
    ["a spoiled CDATA", text("a").replaceAll("<![CDATA[", "< ![CDATA["), "space or attribute inside a tag"],
    ["a document type", `<!DOCTYPE xml>${text("a")}`, "space or attribute inside a tag"],
    ["empty Content", text(""), "Content is empty"],
    ["a field twice", envelope(`<MsgType>text</MsgType><MsgType>text</MsgType>`), "element twice"],
    ["an unknown type", text("a").replace("[text]", "[Text]"), "unknown MsgType"],
    ["another receiver", envelope("", "oB"), "ToUserName is not the user"],
    ["the app id as sender", envelope("", openid, "wx0123456789abcdef"), "FromUserName is not the account"]
  ]
  for (const [name, body, reason] of refused) {
    it.effect(`refuses ${name}`, () =>
      Effect.gen(function* () {
        assert.strictEqual(yield* reasonOf(body), reason)
      })
    )
  }
})
