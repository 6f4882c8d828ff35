import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Metric, Option, Result, Schema, Tracer } from "effect"
import { pushesTotal } from "../../src/wechat/api.ts"
import { errcodes } from "../../src/wechat/errcodes.ts"
import { ourMenu } from "../../src/wechat/menu.ts"
import { withoutForbiddenCharacters } from "../../src/wechat/xml.ts"
import { apiOf, facts, hello, openid, wechatWith } from "./api-under-test.ts"
import { longToken, ok, refusal, sendPath, tokenPath } from "./fake-wechat.ts"

describe("send", () => {
  it.effect("sends each kind as JSON in raw UTF-8", () =>
    Effect.gen(function* () {
      const wechat = yield* wechatWith(() => ok)
      const api = yield* apiOf(wechat)
      yield* api.send(openid, { _tag: "Text", content: '你好 <a href="x">&</a> 😀\n' })
      yield* api.send(openid, { _tag: "Text", content: "喵", madeByAi: true })
      yield* api.send(openid, { _tag: "Image", mediaId: "m" })
      yield* api.send(openid, { _tag: "Voice", mediaId: "m" })
      yield* api.send(openid, { _tag: "Video", mediaId: "m", thumbMediaId: "t" })
      yield* api.typing(openid)
      const sent = wechat.askedAt(sendPath)
      assert.include(sent[0]?.body, '你好 <a href=\\"x\\">&</a> 😀\\n')
      assert.deepStrictEqual(
        sent.map(({ body }) => JSON.parse(body) as unknown),
        [
          { touser: openid, msgtype: "text", text: { content: '你好 <a href="x">&</a> 😀\n' } },
          { touser: openid, msgtype: "text", text: { content: "喵" }, aimsgcontext: { is_ai_msg: 1 } },
          { touser: openid, msgtype: "image", image: { media_id: "m" } },
          { touser: openid, msgtype: "voice", voice: { media_id: "m" } },
          { touser: openid, msgtype: "video", video: { media_id: "m", thumb_media_id: "t" } }
        ]
      )
      assert.deepStrictEqual(
        new Set(sent.map(({ query }) => query.get("access_token"))),
        new Set([longToken(0)])
      )
      assert.strictEqual(
        wechat.askedAt("/cgi-bin/message/custom/typing")[0]?.body,
        `{"touser":"${openid}","command":"Typing"}`
      )
    })
  )

  it.effect.prop(
    "carries any text, and never an empty one",
    [Schema.String],
    ([content]) =>
      Effect.scoped(
        Effect.gen(function* () {
          const wechat = yield* wechatWith(() => ok)
          const result = yield* Effect.result((yield* apiOf(wechat)).send(openid, { _tag: "Text", content }))
          const visible = withoutForbiddenCharacters(content)
          const bodies = wechat
            .askedAt(sendPath)
            .map(({ body }) => (JSON.parse(body) as { text: { content: string } }).text.content)
          assert.deepStrictEqual(bodies, visible === "" ? [] : [visible])
          assert.strictEqual(Result.isFailure(result), visible === "")
        })
      ),
    { arbitrary: { runs: 30 } }
  )

  it.effect.each([40001, 40014, 42001])("refreshes the token once and sends again once after %s", (errcode) =>
    Effect.gen(function* () {
      const wechat = yield* wechatWith((asked) =>
        asked.query.get("access_token") === longToken(0) ? refusal(errcode) : ok
      )
      yield* (yield* apiOf(wechat)).send(openid, hello)
      assert.deepStrictEqual(
        wechat.askedAt(sendPath).map(({ query }) => query.get("access_token")),
        [longToken(0), longToken(1)]
      )
      assert.strictEqual(wechat.askedAt(tokenPath).length, 2)
    })
  )

  it.effect("gives up when the new token is refused as well", () =>
    Effect.gen(function* () {
      const wechat = yield* wechatWith(() => refusal(40001))
      const error = yield* Effect.flip((yield* apiOf(wechat)).send(openid, hello))
      assert.deepStrictEqual(facts(error), { errcode: 40001, action: "refreshToken" })
      assert.strictEqual(wechat.askedAt(sendPath).length, 2)
    })
  )

  it.live("tries twice more when WeChat is busy", () =>
    Effect.gen(function* () {
      const wechat = yield* wechatWith((_asked, nth) => (nth < 2 ? refusal(-1) : ok))
      const api = yield* apiOf(wechat)
      yield* api.send(openid, hello)
      assert.strictEqual(wechat.askedAt(sendPath).length, 3)
      wechat.answer = () => refusal(-1)
      assert.deepStrictEqual(facts(yield* Effect.flip(api.send(openid, hello))), {
        errcode: -1,
        action: "retry"
      })
      assert.strictEqual(wechat.askedAt(sendPath).length, 6)
    })
  )

  const refusals = Object.values(errcodes).filter(
    ({ action }) => action !== "retry" && action !== "refreshToken"
  )
  it.effect("passes every other refusal on at once, with its advice", () =>
    Effect.gen(function* () {
      let code = 0
      const wechat = yield* wechatWith(() => refusal(code))
      const api = yield* apiOf(wechat)
      for (const { code: next, action } of refusals) {
        code = next
        assert.deepStrictEqual(facts(yield* Effect.flip(api.send(openid, hello))), { errcode: next, action })
      }
      assert.strictEqual(wechat.askedAt(sendPath).length, refusals.length)
    })
  )

  it.effect("shows neither openids nor tokens, and keeps the rid", () =>
    Effect.gen(function* () {
      const other = "oOther_0123456789abcdefghij"
      const errmsg = `invalid openid ${openid} or ${other} token ${longToken(0)} rid: 5f5ae1a1-2ff26a8b-5a7a30f3`
      const wechat = yield* wechatWith(() => refusal(40003, errmsg))
      const error = yield* Effect.flip((yield* apiOf(wechat)).send(openid, hello))
      assert.strictEqual(
        error._tag === "WeChatRefused" ? error.errmsg : "",
        "invalid openid … or … token … rid: 5f5ae1a1-2ff26a8b-5a7a30f3"
      )
    })
  )

  it.effect("leaves neither openid nor token in a trace", () =>
    Effect.gen(function* () {
      const spans: Array<Tracer.NativeSpan> = []
      const tracer = Tracer.make({
        span: (options) => {
          const span = new Tracer.NativeSpan(options)
          spans.push(span)
          return span
        }
      })
      const wechat = yield* wechatWith(() => refusal(40003, openid))
      const api = yield* apiOf(wechat)
      yield* Effect.exit(api.send(openid, hello)).pipe(Effect.withSpan("outer"), Effect.withTracer(tracer))
      const seen = spans.map((span) =>
        [span.name, ...span.attributes.values(), inspect(span.status, { depth: 8 })].join(" ")
      )
      assert.isAtLeast(seen.length, 1)
      for (const text of seen) {
        assert.notInclude(text, openid)
        assert.notInclude(text, "Tok-en_")
      }
    })
  )

  it.effect("counts pushes by errcode", () =>
    Effect.gen(function* () {
      const counted = (errcode: string) =>
        Effect.map(Metric.value(Metric.withAttributes(pushesTotal, { errcode })), ({ count }) =>
          Number(count)
        )
      const codes = ["0", "45047", "unreachable"]
      const before = yield* Effect.forEach(codes, counted)
      const answers = [ok, ok, refusal(45047), { status: 500, body: "" }]
      const wechat = yield* wechatWith((_asked, nth) => answers[nth] ?? ok)
      const api = yield* apiOf(wechat)
      for (const _ of answers) yield* Effect.exit(api.send(openid, hello))
      const after = yield* Effect.forEach(codes, counted)
      assert.deepStrictEqual(
        after.map((count, index) => count - (before[index] ?? 0)),
        [2, 1, 1]
      )
    })
  )
})

describe("the menu", () => {
  it.effect("is created, read and deleted", () =>
    Effect.gen(function* () {
      const live = { menu: { button: ourMenu.button } }
      const wechat = yield* wechatWith(({ path }) => (path === "/cgi-bin/menu/get" ? { body: live } : ok))
      const api = yield* apiOf(wechat)
      yield* api.menuCreate(ourMenu)
      assert.deepStrictEqual(Option.getOrThrow(yield* api.menuGet), ourMenu)
      yield* api.menuDelete
      assert.deepStrictEqual(JSON.parse(wechat.askedAt("/cgi-bin/menu/create")[0]?.body ?? ""), ourMenu)
      assert.strictEqual(wechat.askedAt("/cgi-bin/menu/delete").length, 1)
    })
  )

  it.effect("may be absent, and is otherwise what WeChat says", () =>
    Effect.gen(function* () {
      const wechat = yield* wechatWith(() => refusal(46003, "menu no exist"))
      const api = yield* apiOf(wechat)
      assert.isTrue(Option.isNone(yield* api.menuGet))
      wechat.answer = () => refusal(48001)
      assert.deepStrictEqual(facts(yield* Effect.flip(api.menuGet)), {
        errcode: 48001,
        action: "passiveOnly"
      })
      wechat.answer = () => ok
      assert.deepStrictEqual(facts(yield* Effect.flip(api.menuGet)), {
        reason: "answer not understood",
        mayHaveHappened: true
      })
    })
  )
})

describe("call", () => {
  it.effect("reads JSON with raw control characters in it", () =>
    Effect.gen(function* () {
      const wechat = yield* wechatWith(() => ({ body: '{"nickname":"a\u0007\nb","errcode":0}' }))
      const answer = yield* (yield* apiOf(wechat)).call("/cgi-bin/user/info")
      assert.strictEqual(answer["nickname"], "a  b")
    })
  )
})
