import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { testAppId, testAppSecret } from "../simulator-rig.ts"
import { account, call, credentials, type Account } from "./account.ts"

const aesKey = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
const sending = "/cgi-bin/message/custom/send"

describe("protocol notes 10, test account and operations", () => {
  it.effect("test account: only plain mode", () =>
    Effect.gen(function* () {
      const conditions = { kind: "test", mode: "safe" } as const
      const { bot, platform, openid } = yield* account(() => "success", { aesKey, conditions })
      yield* platform.say(openid, "明文")
      assert.include(bot.received.at(-1)?.body, "明文")
      yield* platform.change({ kind: "verified" })
      yield* platform.say(openid, "密文")
      assert.notInclude(bot.received.at(-1)?.body, "密文")
    }).pipe(Effect.scoped)
  )

  it.effect("get_api_domain_ip and getcallbackip: ip_list, which may hold CIDR ranges", () =>
    Effect.gen(function* () {
      const { api } = yield* account()
      assert.deepStrictEqual(yield* api("getcallbackip"), { ip_list: ["127.0.0.1"] })
      assert.match(JSON.stringify(yield* api("get_api_domain_ip")), /"ip_list":\[.*\/\d+"\]/)
    }).pipe(Effect.scoped)
  )

  it.effect("callback/check: dns[] and ping[]{package_loss,time}; 40202 action, 40203 operator", () =>
    Effect.gen(function* () {
      const { api, errcode } = yield* account()
      const all = yield* api("callback/check", { action: "all", check_operator: "DEFAULT" })
      assert.match(JSON.stringify(all), /^\{"dns":\[\{.*"ping":\[\{.*"package_loss":"0%","time":/)
      for (const [action, empty] of [
        ["dns", "ping"],
        ["ping", "dns"]
      ] as const) {
        assert.deepStrictEqual((yield* api("callback/check", { action, check_operator: "CAP" }))[empty], [])
      }
      assert.strictEqual(yield* errcode("callback/check", { action: "x", check_operator: "CAP" }), 40202)
      assert.strictEqual(yield* errcode("callback/check", { action: "all", check_operator: "x" }), 40203)
    }).pipe(Effect.scoped)
  )

  it.effect(
    "openapi/quota/get: daily_limit, used, remain; 76021 bad path, 76022 not for this kind of account",
    () =>
      Effect.gen(function* () {
        const { api, errcode, platform, pushText } = yield* account()
        yield* pushText("推")
        const { quota } = yield* api("openapi/quota/get", { cgi_path: sending })
        assert.deepStrictEqual(quota, { daily_limit: 500_000, used: 1, remain: 499_999 })
        assert.strictEqual(yield* errcode("openapi/quota/get", { cgi_path: "/no" }), 76021)
        yield* platform.change({ kind: "personal" })
        assert.strictEqual(yield* errcode("openapi/quota/get", { cgi_path: sending }), 76022)
      }).pipe(Effect.scoped)
  )

  const used = Effect.fnUntraced(function* (api: Account["api"]) {
    const { quota } = yield* api("openapi/quota/get", { cgi_path: sending })
    return (quota as { readonly used: number }).used
  })

  it.effect(
    "clear_quota: all counts anew, 10 clears/month, then 48006; clear_quota/v2 with app id and secret needs no token",
    () =>
      Effect.gen(function* () {
        const { api, errcode, pushText, url } = yield* account()
        yield* pushText("推")
        assert.strictEqual(yield* used(api), 1)
        assert.strictEqual(yield* errcode("clear_quota", { appid: testAppId }), 0)
        assert.strictEqual(yield* used(api), 0)
        assert.strictEqual(yield* errcode("clear_quota", { appid: "wxother" }), 40013)
        const byApp = call(`${url}/cgi-bin/clear_quota/v2`, { appid: testAppId, appsecret: testAppSecret })
        for (let count = 2; count <= 10; count++) assert.strictEqual((yield* byApp).errcode, 0)
        assert.strictEqual((yield* byApp).errcode, 48006)
        yield* TestClock.adjust("31 days")
        assert.strictEqual((yield* byApp).errcode, 0)
      }).pipe(Effect.scoped)
  )

  it.effect("openapi/quota/clear {cgi_path}: one count anew, 50/month", () =>
    Effect.gen(function* () {
      const { api, errcode, pushText } = yield* account()
      yield* pushText("推")
      const clear = errcode("openapi/quota/clear", { cgi_path: sending })
      assert.strictEqual(yield* clear, 0)
      assert.strictEqual(yield* used(api), 0)
      yield* Effect.forEach(Array.from({ length: 49 }), () => clear, { concurrency: 8 })
      assert.strictEqual(yield* clear, 48006)
      assert.strictEqual(yield* errcode("openapi/quota/clear", { cgi_path: "/no" }), 76021)
    }).pipe(Effect.scoped)
  )

  it.effect(
    "push failure alarms name DNS失败, 连接超时, 请求超时, 回应失败, MarkFail: the wire does too",
    () =>
      Effect.gen(function* () {
        const { platform, openid, lastCallback } = yield* account((_, count) =>
          count === 1 ? "success" : { status: 500, body: "" }
        )
        yield* platform.say(openid, "一")
        assert.strictEqual((yield* lastCallback)?.explanation, "回应失败：HTTP 状态是 500，微信只认 200。")
      }).pipe(Effect.scoped)
  )

  it.effect(
    "notes 8: /wxa/msg_sec_check wants a mini program's token; with an account's it answers 48001",
    () =>
      Effect.gen(function* () {
        const { url } = yield* account()
        const { access_token: token = "" } = yield* call(`${url}/cgi-bin/stable_token`, credentials)
        const check = (given: string) =>
          call(`${url}/wxa/msg_sec_check?access_token=${given}`, { content: "好", version: 2, scene: 1 })
        assert.strictEqual((yield* check(token)).errcode, 48001)
        assert.strictEqual((yield* check("none")).errcode, 40001)
      }).pipe(Effect.scoped)
  )

  it.effect("other calls: 40066", () =>
    Effect.gen(function* () {
      const { url } = yield* account()
      assert.strictEqual((yield* call(`${url}/cgi-bin/no/such`)).errcode, 40066)
    }).pipe(Effect.scoped)
  )
})
