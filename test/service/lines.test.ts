import { assert, layer } from "@effect/vitest"
import { Arbitrary, Effect, Schema } from "effect"
import { nextMsgId } from "./callback.ts"
import { fromSeed } from "./from-seed.ts"
import { assertSays, textOf } from "./sentences.ts"
import { pair, type Person, SharedStage } from "./stage.ts"

const words = [
  "0012",
  "1e3",
  "0x1F",
  "true",
  "null",
  "]]>",
  "a]]>b]]>",
  "]]></Content><FromUserName><![CDATA[o000]]></FromUserName>",
  "</Content></xml>",
  "<!DOCTYPE a [<!ENTITY b 'c'>]>&b;",
  `<a href="https://example.edu/?a=1&amp;b=2">点我</a>`,
  "&lt;&amp;&#65;",
  "  前后都有空格  ",
  "\n第一行\n\n第三行\n",
  "\ttab",
  "👨‍👩‍👧‍👦🏳️‍🌈😀é",
  "[微笑]/::)",
  "%20 %s ${x} \\n \\u0041 \"'`",
  "#没有这个按钮",
  " ",
  "a".repeat(2_000),
  `${"好".repeat(682)}ab`
]

const withoutForbidden = (text: string) =>
  text.isWellFormed() && text !== "" && !/[^\t\n\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.test(text)

const onTwoServers = Effect.gen(function* () {
  const all = yield* SharedStage
  const [a, b] = [all.person(0), all.person(1)]
  yield* pair(a, b)
  return { all, a, b }
})

/** Opens a new window for pushes to `b`. */
const answers = Effect.fnUntraced(function* (b: Person, a: Person) {
  assert.isUndefined(yield* b.says("嗯"))
  assert.strictEqual(textOf(yield* a.hears()), "嗯")
})

layer(SharedStage.layer({ servers: 2 }), { excludeTestServices: true })(
  "what one writes, the other reads",
  (it) => {
    it.effect("word for word, alone in its message, and the writer is answered with nothing", () =>
      fromSeed(
        "LINES_SEED",
        Effect.fnUntraced(function* (seed) {
          const { a, b } = yield* onTwoServers
          const strange = yield* Arbitrary.sampleEffect(
            Arbitrary.schema(Schema.String.check(Schema.makeFilter(withoutForbidden))),
            { count: 60, size: 40, seed }
          )
          for (const line of [...words, ...strange]) {
            assert.isUndefined(yield* a.says(line), JSON.stringify(line))
            const heard = yield* b.hears()
            assert.deepStrictEqual([heard.by, textOf(heard)], ["push", line])
            yield* answers(b, a)
          }
          assert.deepStrictEqual([a.rest(), b.rest()], [[], []])
        })
      )
    )

    it.effect("a button's name goes to the partner; the writer learns which button would have done it", () =>
      Effect.gen(function* () {
        const { a, b } = yield* onTwoServers
        for (const button of ["下节课", "退出", " 关于 ", "更新绑定信息"]) {
          const advice = textOf(yield* a.says(button))
          assertSays({ kind: "text", text: advice })
          assert.include(advice, button.trim())
          assert.strictEqual(textOf(yield* b.hears()), button)
          yield* answers(b, a)
        }
        assert.deepStrictEqual(b.rest(), [])
      })
    )

    it.effect("a text over 2,048 bytes in parts, cut between characters, in order", () =>
      Effect.gen(function* () {
        const { a, b } = yield* onTwoServers
        const long = `${"好👨‍👩‍👧‍👦e\u0301".repeat(170)}完`
        assert.isAbove(Buffer.byteLength(long), 5_000)
        assert.isUndefined(yield* a.says(long))
        let read = ""
        while (read.length < long.length) {
          const part = textOf(yield* b.hears())
          assert.isAtMost(Buffer.byteLength(part), 2_048)
          assert.isTrue(part.isWellFormed())
          read += part
        }
        assert.strictEqual(read, long)
        yield* answers(b, a)
        assert.deepStrictEqual(b.rest(), [])
      })
    )

    it.effect("media by their id, a place and a link as text, a sticker explained and not sent", () =>
      Effect.gen(function* () {
        const { a, b } = yield* onTwoServers
        const id = () => ({ MsgId: nextMsgId() })
        const media = [
          ["image", "image", { PicUrl: "http://example.invalid/p", MediaId: "image-1" }],
          ["voice", "voice", { Format: "amr", MediaId: "voice-1", Recognition: "" }],
          ["video", "video", { MediaId: "video-1", ThumbMediaId: "thumb-1" }],
          ["shortvideo", "video", { MediaId: "video-2", ThumbMediaId: "thumb-2" }]
        ] as const
        for (const [msgType, kind, elements] of media) {
          assert.isUndefined(yield* a.sends(msgType, { ...elements, ...id() }))
          const heard = yield* b.hears()
          assert.deepInclude(heard, { kind, mediaId: elements.MediaId })
          yield* answers(b, a)
        }
        const place = {
          Location_X: "31.889",
          Location_Y: "118.815",
          Scale: "16",
          Label: "江宁区 <东南大学路> 2 号"
        }
        assert.isUndefined(yield* a.sends("location", { ...place, ...id() }))
        const placeText = textOf(yield* b.hears())
        for (const part of [place.Label, "31.889", "118.815"]) assert.include(placeText, part)
        yield* answers(b, a)
        const link = { Title: "校历", Description: "秋季学期", Url: "https://example.edu/?a=1&b=2" }
        assert.isUndefined(yield* a.sends("link", { ...link, ...id() }))
        const linkText = textOf(yield* b.hears())
        for (const part of Object.values(link)) assert.include(linkText, part)
        yield* answers(b, a)
        for (const sentence of ["【收到不支持的消息类型，暂无法显示】", "[Unsupported Message]"]) {
          assertSays(yield* a.says(sentence))
        }
        assertSays(yield* a.sends("file", { Title: "x.pdf", ...id() }))
        assert.isUndefined(yield* a.says("到此为止"))
        assert.strictEqual(textOf(yield* b.hears()), "到此为止")
        assert.deepStrictEqual(b.rest(), [])
      })
    )
  }
)
