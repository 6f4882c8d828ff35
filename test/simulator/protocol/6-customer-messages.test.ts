import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { maxMenuItemBytes, maxMenuItems } from "../../../src/simulator/custom-message.ts"
import type { PhoneAct } from "../../../src/simulator/phone-act.ts"
import { account } from "./account.ts"

const text = (content: string) => ({ msgtype: "text", text: { content } })

describe("protocol notes 6, who may call", () => {
  const kinds = [
    ["verified", 0],
    ["test", 0],
    ["unverified", 48001],
    ["personal", 48001]
  ] as const
  it.effect.each(kinds)("a %s account gets %i, for typing too", ([kind, expected]) =>
    Effect.gen(function* () {
      const { openid, errcode, pushText } = yield* account(() => "success", { conditions: { kind } })
      assert.strictEqual(yield* pushText("推"), expected)
      const typing = { touser: openid, command: "Typing" }
      assert.strictEqual(yield* errcode("message/custom/typing", typing), expected)
    }).pipe(Effect.scoped)
  )
})

describe("protocol notes 6.1, quotas", () => {
  const triggers: ReadonlyArray<readonly [string, PhoneAct, number, number]> = [
    ["user sends a message: 5, 48 h", { act: "say", text: "喂" }, 5, 48 * 3600],
    ["clicks a menu button of type click: 3, 1 min", { act: "press", key: "键" }, 3, 60],
    ["scancode_push: 3, 1 min", { act: "press", key: "键", type: "scancode_push" }, 3, 60],
    ["scancode_waitmsg: 3, 1 min", { act: "press", key: "键", type: "scancode_waitmsg" }, 3, 60],
    ["scans a (parametric) QR: 3, 1 min", { act: "scan", scene: "poster" }, 3, 60],
    [
      "clicking a msgmenu item counts as the menu trigger: 3, 1 min",
      { act: "say", text: "好", menuId: "1" },
      3,
      60
    ],
    ["a button that opens a page: nothing", { act: "view", url: "https://example.edu/" }, 0, 60],
    ["reporting its place: nothing", { act: "position", latitude: 31, longitude: 118 }, 0, 60]
  ]
  it.effect.each(triggers)("%s", ([, act, pushes, seconds]) =>
    Effect.gen(function* () {
      const { platform, openid, pushText } = yield* account()
      yield* TestClock.adjust("61 seconds")
      yield* platform.act(openid, act)
      for (let count = 0; count < pushes; count++) assert.strictEqual(yield* pushText("推"), 0)
      assert.strictEqual(yield* pushText("推"), pushes === 0 ? 45015 : 45047)
      yield* platform.act(openid, act)
      // Behind the API, since tokens do not live for 48 hours.
      const push = platform.account.push(openid, { kind: "text", content: "推" }, false)
      yield* TestClock.adjust(seconds * 1000 - 1)
      if (pushes > 0) yield* push
      yield* TestClock.adjust("1 millis")
      assert.strictEqual((yield* Effect.flip(push)).errcode, 45015)
    }).pipe(Effect.scoped)
  )

  it.effect("follows the account: 3, 1 min; after it 45015", () =>
    Effect.gen(function* () {
      const { pushText } = yield* account()
      yield* TestClock.adjust("59 seconds")
      assert.deepStrictEqual([yield* pushText("1"), yield* pushText("2"), yield* pushText("3")], [0, 0, 0])
      assert.strictEqual(yield* pushText("4"), 45047)
      yield* TestClock.adjust("1 seconds")
      assert.strictEqual(yield* pushText("5"), 45015)
    }).pipe(Effect.scoped)
  )

  it.effect("counts do not add up: a new trigger resets to that trigger's maximum", () =>
    Effect.gen(function* () {
      const { platform, openid, pushText } = yield* account()
      const left = Effect.map(platform.phone(openid), ({ allowance }) => allowance.left)
      yield* platform.say(openid, "一")
      yield* pushText("推")
      yield* platform.say(openid, "二")
      assert.strictEqual(yield* left, 5)
      yield* platform.press(openid, "键")
      assert.strictEqual(yield* left, 3)
    }).pipe(Effect.scoped)
  )

  it.effect("daily cap 500 000, test account 50 000", () =>
    Effect.gen(function* () {
      for (const [kind, limit] of [
        ["verified", 500_000],
        ["test", 50_000]
      ] as const) {
        const { api, pushText } = yield* account(() => "success", { conditions: { kind } })
        yield* pushText("推")
        const { quota } = yield* api("openapi/quota/get", { cgi_path: "/cgi-bin/message/custom/send" })
        assert.deepStrictEqual(quota, { daily_limit: limit, used: 1, remain: limit - 1 })
      }
    }).pipe(Effect.scoped)
  )
})

describe("protocol notes 6.2, bodies", () => {
  const bodies = (mediaId: string): ReadonlyArray<readonly [object, string]> => [
    [text("推"), "text"],
    [{ msgtype: "image", image: { media_id: mediaId } }, "image"],
    [{ msgtype: "voice", voice: { media_id: mediaId } }, "voice"],
    [{ msgtype: "video", video: { media_id: mediaId, thumb_media_id: mediaId, title: "题" } }, "video"],
    [
      {
        msgtype: "music",
        music: { title: "歌", musicurl: "https://example.edu/a.mp3", thumb_media_id: mediaId }
      },
      "music"
    ],
    [
      {
        msgtype: "news",
        news: { articles: [{ title: "题", description: "", url: "https://example.edu/", picurl: "" }] }
      },
      "news"
    ],
    [{ msgtype: "mpnews", mpnews: { media_id: mediaId } }, "card"],
    [{ msgtype: "mpnewsarticle", mpnewsarticle: { article_id: "a" } }, "card"],
    [{ msgtype: "wxcard", wxcard: { card_id: "c" } }, "card"],
    [
      {
        msgtype: "miniprogrampage",
        miniprogrampage: { title: "题", appid: "wx1", pagepath: "p", thumb_media_id: mediaId }
      },
      "card"
    ],
    [
      {
        msgtype: "msgmenu",
        msgmenu: { head_content: "满意吗", list: [{ id: "101", content: "满意" }], tail_content: "谢谢" }
      },
      "text"
    ]
  ]
  it.effect(
    "text, image, voice, video, music, news, mpnews, mpnewsarticle, wxcard, miniprogrampage, msgmenu",
    () =>
      Effect.gen(function* () {
        const { platform, openid, push, shown } = yield* account()
        yield* platform.act(openid, { act: "image" })
        const mediaId = (yield* platform.phone(openid)).bubbles.at(-1)?.mediaId ?? ""
        for (const [body, kind] of bodies(mediaId)) {
          yield* platform.say(openid, "再来")
          assert.strictEqual(yield* push(body), 0, kind)
          assert.strictEqual((yield* shown).at(-1)?.kind, kind)
        }
        assert.match(
          (yield* shown).at(-1)?.text ?? "",
          /^满意吗\n<a href="weixin:\/\/bizmsgmenu\?.*&msgmenuid=101">满意<\/a>\n谢谢$/
        )
      }).pipe(Effect.scoped)
  )

  it.effect("msgmenu: sizes limited (45098, 45099)", () =>
    Effect.gen(function* () {
      const { push } = yield* account()
      const menu = (count: number, content: string) =>
        push({
          msgtype: "msgmenu",
          msgmenu: { list: Array.from({ length: count }, (_, id) => ({ id, content })) }
        })
      assert.deepStrictEqual(
        [
          yield* menu(0, "项"),
          yield* menu(maxMenuItems + 1, "项"),
          yield* menu(1, ""),
          yield* menu(1, "x".repeat(maxMenuItemBytes + 1)),
          yield* menu(maxMenuItems, "猴".repeat(maxMenuItemBytes / 3))
        ],
        [45098, 45098, 45099, 45099, 0]
      )
    }).pipe(Effect.scoped)
  )

  it.effect("optional siblings: customservice; aimsgcontext puts the grey line under the message", () =>
    Effect.gen(function* () {
      const { push, shown } = yield* account()
      yield* push({ ...text("算的"), customservice: { kf_account: "a@b" }, aimsgcontext: { is_ai_msg: 1 } })
      assert.deepStrictEqual(
        (yield* shown).slice(1).map(({ text: line, side }) => [line, side]),
        [
          ["算的", "account"],
          ["内容由第三方AI生成", "system"]
        ]
      )
    }).pipe(Effect.scoped)
  )

  it.effect(String.raw`\uXXXX escapes are shown literally`, () =>
    Effect.gen(function* () {
      const { openid, errcode, shown } = yield* account()
      const escaped = String.raw`{"touser":"${openid}","msgtype":"text","text":{"content":"\u4f60\n\\u好"}}`
      assert.strictEqual(yield* errcode("message/custom/send", escaped), 0)
      assert.strictEqual((yield* shown).at(-1)?.text, String.raw`\u4f60` + "\n" + String.raw`\u好`)
    }).pipe(Effect.scoped)
  )
})

describe("protocol notes 6.3, typing", () => {
  it.effect(
    "needs an exchange in the last 30 s (45080), lasts 15 s, repeat 45081, bad command 45072; ends when a message is sent",
    () =>
      Effect.gen(function* () {
        const { platform, openid, errcode, pushText } = yield* account()
        const typing = (command: string) => errcode("message/custom/typing", { touser: openid, command })
        const typesNow = Effect.map(platform.phone(openid), ({ typingUntilMillis }) => typingUntilMillis > 0)
        yield* TestClock.adjust("31 seconds")
        assert.strictEqual(yield* typing("Typing"), 45080)
        assert.strictEqual(yield* pushText("来往之一"), 0)
        yield* TestClock.adjust("30 seconds")
        assert.strictEqual(yield* typing("Typing"), 0)
        yield* platform.say(openid, "来往之二")
        assert.strictEqual(yield* typing("CancelTyping"), 0)
        assert.strictEqual(yield* typing("Dancing"), 45072)
        assert.strictEqual(yield* typing("Typing"), 0)
        yield* TestClock.adjust("14 seconds")
        assert.strictEqual(yield* typing("Typing"), 45081)
        yield* TestClock.adjust("1 seconds")
        assert.strictEqual(yield* typing("Typing"), 0)
        assert.isTrue(yield* typesNow)
        assert.strictEqual(yield* pushText("到了"), 0)
        assert.isFalse(yield* typesNow)
        assert.deepStrictEqual(
          [yield* typing("Typing"), yield* typing("CancelTyping"), yield* typing("Typing")],
          [0, 0, 0]
        )
        assert.strictEqual(
          yield* errcode("message/custom/typing", { touser: "oNobody", command: "Typing" }),
          40003
        )
      }).pipe(Effect.scoped)
  )
})
