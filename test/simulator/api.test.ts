import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { TestClock } from "effect/testing"
import { startSimulator, testAppId, testAppSecret } from "./simulator-rig.ts"
import { tinyBot } from "./tiny-bot.ts"

const Answer = Schema.Struct({
  errcode: Schema.optionalKey(Schema.Int),
  errmsg: Schema.optionalKey(Schema.String),
  access_token: Schema.optionalKey(Schema.String),
  expires_in: Schema.optionalKey(Schema.Int),
  menu: Schema.optionalKey(Schema.Unknown),
  ip_list: Schema.optionalKey(Schema.Array(Schema.String)),
  ping: Schema.optionalKey(Schema.Array(Schema.Struct({ package_loss: Schema.String }))),
  quota: Schema.optionalKey(Schema.Struct({ used: Schema.Int, remain: Schema.Int }))
})

/** Calls the API as an account server does; the clock of the simulator is the test's. */
const call = Effect.fnUntraced(function* (url: string, body?: unknown) {
  const init =
    body === undefined ? {} : { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) }
  const response = yield* Effect.promise(() => fetch(url, init))
  assert.strictEqual(response.status, 200)
  const text = yield* Effect.promise(() => response.text())
  return yield* Schema.decodeEffect(Schema.fromJsonString(Answer))(text)
})

const credentials = { grant_type: "client_credential", appid: testAppId, secret: testAppSecret }

/** A simulator with one follower, a token, and shorthands for its calls. */
const account = Effect.gen(function* () {
  const bot = yield* tinyBot(() => "success")
  const { platform, url } = yield* startSimulator(bot.url)
  const openid = yield* platform.follow
  const token = (yield* call(`${url}/cgi-bin/stable_token`, credentials)).access_token ?? ""
  const api = (path: string, body?: unknown) => call(`${url}/cgi-bin/${path}?access_token=${token}`, body)
  const send = (content: string, touser = openid) =>
    Effect.map(
      api("message/custom/send", { touser, msgtype: "text", text: { content } }),
      ({ errcode }) => errcode
    )
  return { platform, url, openid, api, send }
})

describe("the API over real HTTP (protocol notes 5 to 7, 10)", () => {
  it.effect("token calls: who asks is checked, stable_token stays, token changes", () =>
    Effect.gen(function* () {
      const { url } = yield* account
      const stable = (changes: object) => call(`${url}/cgi-bin/stable_token`, { ...credentials, ...changes })
      const plain = (changes: object) =>
        call(`${url}/cgi-bin/token?${new URLSearchParams({ ...credentials, ...changes }).toString()}`)
      for (const ask of [stable, plain]) {
        assert.strictEqual((yield* ask({ appid: "wxother" })).errcode, 40013)
        assert.strictEqual((yield* ask({ secret: "wrong" })).errcode, 40125)
        assert.strictEqual((yield* ask({ appid: "" })).errcode, 41002)
        assert.strictEqual((yield* ask({ secret: "" })).errcode, 41004)
        assert.strictEqual((yield* ask({ grant_type: "x" })).errcode, 40002)
      }
      const first = yield* stable({})
      assert.isAtLeast(first.access_token?.length ?? 0, 512)
      assert.strictEqual(first.expires_in, 7200)
      yield* TestClock.adjust("1 hour")
      const again = yield* stable({})
      assert.strictEqual(again.access_token, first.access_token)
      assert.strictEqual(again.expires_in, 3600)
      assert.notStrictEqual((yield* plain({})).access_token, (yield* plain({})).access_token)
      assert.strictEqual((yield* call(`${url}/cgi-bin/token`, "")).errcode, 43001)
      assert.strictEqual((yield* call(`${url}/cgi-bin/stable_token`)).errcode, 43002)
    }).pipe(Effect.scoped)
  )

  it.effect("a call needs a token that lives", () =>
    Effect.gen(function* () {
      const { url, api } = yield* account
      assert.strictEqual((yield* call(`${url}/cgi-bin/getcallbackip`)).errcode, 41001)
      assert.strictEqual((yield* call(`${url}/cgi-bin/getcallbackip?access_token=foreign`)).errcode, 40001)
      assert.strictEqual((yield* call(`${url}/cgi-bin/getcallbackip?access_token=a%20b`)).errcode, 40014)
      assert.isNotEmpty((yield* api("getcallbackip")).ip_list)
      yield* TestClock.adjust("2 hours")
      assert.strictEqual((yield* api("getcallbackip")).errcode, 42001)
    }).pipe(Effect.scoped)
  )

  it.effect("a follow allows three pushes in a minute, a message five in 48 hours", () =>
    Effect.gen(function* () {
      const { platform, openid, send } = yield* account
      assert.deepStrictEqual([yield* send("1"), yield* send("2"), yield* send("3")], [0, 0, 0])
      assert.strictEqual(yield* send("4"), 45047)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(yield* send("4"), 45015)
      yield* platform.say(openid, "hello")
      yield* TestClock.adjust("90 minutes")
      for (let count = 1; count <= 5; count++) assert.strictEqual(yield* send(`m${count}`), 0)
      assert.strictEqual(yield* send("m6"), 45047)
      yield* platform.press(openid, "状态")
      for (let count = 1; count <= 3; count++) assert.strictEqual(yield* send(`c${count}`), 0)
      assert.strictEqual(yield* send("c4"), 45047)
      const pushed = (yield* platform.phone(openid)).bubbles.filter(({ by }) => by === "push")
      assert.deepStrictEqual(
        pushed.map(({ text }) => text),
        ["1", "2", "3", "m1", "m2", "m3", "m4", "m5", "c1", "c2", "c3"]
      )
    }).pipe(Effect.scoped)
  )

  it.effect("what cannot be pushed has WeChat's errcode and costs no allowance", () =>
    Effect.gen(function* () {
      const { platform, openid, api, send } = yield* account
      const custom = (body: unknown) => Effect.map(api("message/custom/send", body), ({ errcode }) => errcode)
      assert.strictEqual(yield* send("x", "oNobody"), 40003)
      assert.strictEqual(yield* send(""), 44004)
      assert.strictEqual(yield* send("猴".repeat(682) + "ab"), 0)
      assert.strictEqual(yield* send("猴".repeat(682) + "abc"), 45002)
      assert.strictEqual(yield* custom({ touser: openid, msgtype: "dance" }), 40008)
      assert.strictEqual(yield* custom({ touser: openid, msgtype: "text" }), 47001)
      assert.strictEqual(yield* custom({ touser: openid, msgtype: "image", image: { media_id: "" } }), 40007)
      assert.strictEqual(
        yield* custom({
          touser: openid,
          msgtype: "news",
          news: { articles: [{ title: "a" }, { title: "b" }] }
        }),
        45008
      )
      assert.strictEqual(yield* custom("{"), 47001)
      assert.strictEqual(yield* custom(""), 44002)
      assert.strictEqual((yield* platform.phone(openid)).allowance.left, 2)
      yield* platform.act(openid, { act: "unfollow" })
      assert.strictEqual(yield* send("x"), 43004)
    }).pipe(Effect.scoped)
  )

  it.effect("errmsg is WeChat's and ends in a request id; unknown paths are 40066", () =>
    Effect.gen(function* () {
      const { url, api } = yield* account
      const refused = yield* api("message/custom/send", {
        touser: "oNobody",
        msgtype: "text",
        text: { content: "x" }
      })
      assert.match(refused.errmsg ?? "", /^invalid openid rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$/)
      assert.strictEqual((yield* call(`${url}/cgi-bin/no/such`)).errcode, 40066)
    }).pipe(Effect.scoped)
  )

  it.effect("the wire shows each exchange whole, but never the app secret", () =>
    Effect.gen(function* () {
      const { platform, openid, send } = yield* account
      yield* platform.say(openid, "a secret line")
      yield* send("another secret line", "oNobody")
      const { wire } = yield* platform.snapshot
      assert.deepStrictEqual(
        wire.map(({ direction, what, outcome, good }) => [direction, what, outcome, good]),
        [
          ["callback", "subscribe", "success", true],
          ["api", "POST", "ok", true],
          ["callback", "text", "success", true],
          ["api", "POST", "40003", false]
        ]
      )
      assert.include(wire[2]?.raw.requestBody ?? "", "a secret line")
      assert.include(wire[2]?.raw.url ?? "", "signature=")
      assert.include(wire[3]?.raw.requestBody ?? "", "another secret line")
      assert.strictEqual(wire[3]?.openid, "oNobody")
      assert.notInclude(JSON.stringify(wire), testAppSecret)
    }).pipe(Effect.scoped)
  )

  it.effect("typing needs a recent exchange, lasts 15 s, ends with a push", () =>
    Effect.gen(function* () {
      const { platform, openid, api, send } = yield* account
      const typing = (command: string) =>
        Effect.map(api("message/custom/typing", { touser: openid, command }), ({ errcode }) => errcode)
      yield* TestClock.adjust("31 seconds")
      assert.strictEqual(yield* typing("Typing"), 45080)
      yield* platform.say(openid, "hello")
      assert.strictEqual(yield* typing("Dancing"), 45072)
      assert.strictEqual(yield* typing("Typing"), 0)
      assert.strictEqual(yield* typing("Typing"), 45081)
      assert.strictEqual(yield* send("here"), 0)
      assert.strictEqual(yield* typing("Typing"), 0)
      assert.strictEqual(yield* typing("CancelTyping"), 0)
      assert.strictEqual(yield* typing("Typing"), 0)
    }).pipe(Effect.scoped)
  )

  it.effect("the menu is kept as sent, within WeChat's limits", () =>
    Effect.gen(function* () {
      const { api } = yield* account
      const create = (...button: ReadonlyArray<object>) =>
        Effect.map(api("menu/create", { button }), ({ errcode }) => errcode)
      const click = (name: string, key = name) => ({ type: "click", name, key })
      assert.strictEqual((yield* api("menu/get")).errcode, 46003)
      assert.strictEqual(yield* create(), 40016)
      assert.strictEqual(yield* create(click("a"), click("b"), click("c"), click("d")), 40016)
      assert.strictEqual(yield* create(click("一二三四五六")), 40018)
      assert.strictEqual(yield* create(click("a", "k".repeat(129))), 40019)
      assert.strictEqual(yield* create({ type: "view", name: "a" }), 40020)
      assert.strictEqual(yield* create({ type: "dance", name: "a" }), 40017)
      assert.strictEqual(yield* create({ name: "a", type: "click", sub_button: [click("b")] }), 40017)
      assert.strictEqual(yield* create({ name: "a", sub_button: [click("猴".repeat(21))] }), 40025)
      assert.strictEqual(yield* create({ name: "a", sub_button: Array(6).fill(click("b")) }), 40023)
      const button = [{ name: "更多", sub_button: [click("配对")] }, click("关于")]
      assert.strictEqual(yield* create(...button), 0)
      assert.deepStrictEqual((yield* api("menu/get")).menu, { button })
      assert.strictEqual((yield* api("menu/delete")).errcode, 0)
      assert.strictEqual((yield* api("menu/get")).errcode, 46003)
    }).pipe(Effect.scoped)
  )

  it.effect("the calls of operators answer plausibly", () =>
    Effect.gen(function* () {
      const { api, send } = yield* account
      yield* send("one")
      const { quota } = yield* api("openapi/quota/get", { cgi_path: "/cgi-bin/message/custom/send" })
      assert.strictEqual(quota?.used, 1)
      assert.strictEqual((yield* api("openapi/quota/get", { cgi_path: "/no" })).errcode, 76021)
      const check = { action: "ping", check_operator: "DEFAULT" }
      assert.deepStrictEqual(
        (yield* api("callback/check", check)).ping?.map((ping) => ping.package_loss),
        ["0%"]
      )
      assert.strictEqual((yield* api("callback/check", { ...check, action: "x" })).errcode, 40202)
      assert.strictEqual((yield* api("callback/check", { ...check, check_operator: "x" })).errcode, 40203)
      assert.isNotEmpty((yield* api("get_api_domain_ip")).ip_list)
    }).pipe(Effect.scoped)
  )
})
