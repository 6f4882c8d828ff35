import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { account } from "./account.ts"

/** The codes of protocol notes 5, 6.2 to 6.4, 7 and 10 with WeChat's English, written down a second time. */
const words: ReadonlyArray<readonly [number, RegExp]> = [
  [-1, /^system error/],
  [40001, /^invalid credential, access_token is invalid or not latest/],
  [40003, /^invalid openid/],
  [40013, /^invalid appid/],
  [40014, /^invalid access_token/],
  [40016, /^invalid button size/],
  [40018, /^invalid button name size/],
  [40019, /^invalid button key size/],
  [40020, /^invalid button url size/],
  [40025, /^invalid sub button name size/],
  [40033, /^invalid charset/],
  [40054, /^invalid sub button url domain/],
  [40055, /^invalid button url domain/],
  [40125, /^invalid appsecret/],
  [40164, /^invalid ip [\d.]+ .*not in whitelist/],
  [40200, /^invalid account type/],
  [40243, /frozen/],
  [41001, /^access_token missing/],
  [42001, /^access_token expired/],
  [43004, /^require subscribe/],
  [43019, /^require remove blacklist/],
  [44004, /^empty content/],
  [45002, /^content size out of limit/],
  [45008, /^article size out of limit/],
  [45009, /^reach max api daily quota limit/],
  [45011, /minute-quota reach limit/],
  [45015, /^response out of time limit or subscription is canceled/],
  [45047, /^out of response count limit/],
  [45072, /^invalid command/],
  [45080, /^need sending message to user.*30 seconds/],
  [45081, /already typing/],
  [45087, /blocked/],
  [45094, /punishment/],
  [45098, /./],
  [45099, /./],
  [46003, /^menu no exist/],
  [47002, /do NOT use json/],
  [48001, /^api unauthorized/],
  [48002, /^user block receive message/],
  [48004, /^api forbidden for irregularities/],
  [48006, /^forbid to clear quota/],
  [48008, /^no permission for this msgtype/],
  [50002, /^user limited/],
  [50007, /^account frozen/],
  [61004, /^access clientip is not registered/],
  [76021, /^cgi_path not found/],
  [76022, /^could not use this cgi_path/],
  [87014, /^risky content/],
  [89503, /confirmation of an administrator/]
]

describe("protocol notes 6.4, errors", () => {
  it.effect("every errcode can be had on demand, with WeChat's words and a rid, and does nothing", () =>
    Effect.gen(function* () {
      const { platform, openid, api, shown } = yield* account()
      for (const [errcode, expected] of words) {
        yield* platform.change({ faults: [{ fault: "refuse", errcode, path: "message/custom/send" }] })
        const message = { touser: openid, msgtype: "text", text: { content: "推" } }
        const answer = yield* api("message/custom/send", message)
        assert.strictEqual(answer.errcode, errcode)
        assert.match(String(answer.errmsg), expected)
        assert.match(String(answer.errmsg), / rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$/)
      }
      assert.strictEqual((yield* shown).length, 1)
      assert.strictEqual((yield* platform.phone(openid)).allowance.left, 3)
    }).pipe(Effect.scoped)
  )

  it.effect(
    "40003 unknown openid, 43004 does not follow, 44004 empty, 45002 too long, 45008 two articles, 40007, 40008, 47001, 44002; none costs allowance",
    () =>
      Effect.gen(function* () {
        const { platform, openid, errcode, push, pushText } = yield* account()
        const elsewhere = { touser: "oNobody", msgtype: "text", text: { content: "x" } }
        assert.strictEqual(yield* errcode("message/custom/send", elsewhere), 40003)
        assert.strictEqual(yield* pushText(""), 44004)
        assert.strictEqual(yield* pushText(`${"猴".repeat(682)}abc`), 45002)
        const articles = [{ title: "a" }, { title: "b" }]
        assert.strictEqual(yield* push({ msgtype: "news", news: { articles } }), 45008)
        assert.strictEqual(yield* push({ msgtype: "image", image: { media_id: "" } }), 40007)
        assert.strictEqual(yield* push({ msgtype: "image", image: { media_id: "nope" } }), 40007)
        assert.strictEqual(yield* push({ msgtype: "dance" }), 40008)
        assert.strictEqual(yield* push({ msgtype: "text" }), 47001)
        assert.strictEqual(yield* errcode("message/custom/send", "{"), 47001)
        assert.strictEqual(yield* errcode("message/custom/send", ""), 44002)
        assert.strictEqual((yield* platform.phone(openid)).allowance.left, 3)
        assert.strictEqual(yield* pushText(`${"猴".repeat(682)}ab`), 0)
        yield* platform.act(openid, { act: "unfollow" })
        assert.strictEqual(yield* pushText("x"), 43004)
      }).pipe(Effect.scoped)
  )
})
