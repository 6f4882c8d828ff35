import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { fakeGateway } from "../campus/fake-gateway.ts"
import { openaiSays, secretKey, simsimiRefuses } from "../chatbot/bots-under-test.ts"
import { fakeBot } from "../chatbot/fake-bot.ts"
import { freePort, memcachedProcess } from "../memcached/memcached-process.ts"
import { startSimulator, testAppId, testAppSecret } from "../simulator/simulator-rig.ts"
import { appSecret, fakeWeChat } from "./fake-wechat.ts"
import { servingVariables, token } from "./stage.ts"
import { emptyFolder, finished, type Variables } from "./xiaohou-process.ts"

interface Finding {
  readonly check: string
  readonly status: string
  readonly says: string
  readonly advice?: string
}

const doctor = Effect.fnUntraced(function* (variables: Variables) {
  const ended = yield* finished(["doctor", "--json"], variables, yield* emptyFolder)
  const { ok, findings } = JSON.parse(ended.stdout) as { ok: boolean; findings: ReadonlyArray<Finding> }
  assert.strictEqual(ended.code, ok ? 0 : 1)
  assert.strictEqual(
    ok,
    findings.every(({ status }) => status !== "problem")
  )
  for (const secret of [token, appSecret, secretKey, "link-secret"]) assert.notInclude(ended.stdout, secret)
  return findings
})

const statusesOf = (findings: ReadonlyArray<Finding>, check: string) =>
  findings.filter((finding) => finding.check === check).map(({ status }) => status)

const find = (findings: ReadonlyArray<Finding>, check: string) =>
  findings.find((finding) => finding.check === check && finding.status === "problem")

describe("doctor", () => {
  it.live(
    "finds nothing where everything is well, but for a menu that nobody pushed",
    () =>
      Effect.gen(function* () {
        const [memcached, weChat] = [yield* memcachedProcess(), yield* fakeWeChat]
        const gateway = yield* fakeGateway(() => ({ body: { code: 401, content: "" } }))
        const bot = yield* fakeBot(() => openaiSays("你好呀"))
        const variables = {
          ...servingVariables(weChat, memcached.port),
          CAMPUS_URL: gateway.url,
          OPENAI_BASE_URL: `${bot.url}/v1`,
          OPENAI_API_KEY: secretKey,
          OPENAI_MODEL: "tiny"
        }
        const before = yield* doctor(variables)
        assert.include(find(before, "menu")?.advice, "menu push")
        yield* finished(["menu", "push"], variables, yield* emptyFolder)
        const findings = yield* doctor(variables)
        assert.deepStrictEqual(
          findings.filter(({ status }) => status !== "fine"),
          []
        )
        const says = findings.map((finding) => finding.says).join("\n")
        for (const words of ["compare-and-swap works", "nothing dropped", "500000 of 500000", "192.0.2.1"]) {
          assert.include(says, words)
        }
        assert.deepStrictEqual(statusesOf(findings, "campus"), ["fine"])
        assert.deepStrictEqual(statusesOf(findings, "chatbot"), ["fine"])
        assert.notInclude(says, "你好呀")
        // Nobody's password is tried.
        assert.isEmpty(gateway.askedAt("/uc/auth"))
      }).pipe(Effect.scoped),
    60_000
  )

  it.live(
    "tells everything that is wrong at once, each with what to do",
    () =>
      Effect.gen(function* () {
        const weChat = yield* fakeWeChat
        const nobody = yield* freePort
        const findings = yield* doctor({
          ...servingVariables(weChat, nobody),
          WECHAT_APP_SECRET: "not-the-secret",
          DATABASE_URL: `postgres://x@127.0.0.1:${nobody}/x`,
          PAIRING_TIMEOUT: "a while",
          LINK_SECRET: ""
        })
        assert.deepStrictEqual(statusesOf(findings, "settings"), ["problem", "warning"])
        for (const check of ["memcached", "database", "access token"]) {
          assert.isDefined(find(findings, check)?.advice, check)
        }
        assert.include(find(findings, "memcached")?.says, `127.0.0.1:${nobody}`)
        assert.include(find(findings, "access token")?.advice, "WECHAT_APP_SECRET")
        for (const check of ["campus", "chatbot", "callback", "pushing", "quota", "menu"]) {
          assert.deepStrictEqual(statusesOf(findings, check), ["skipped"])
        }
      }).pipe(Effect.scoped),
    60_000
  )

  it.live(
    "names the address for the white list, a callback nobody entered, a day without pushes, and a short secret",
    () =>
      Effect.gen(function* () {
        const [memcached, weChat] = [yield* memcachedProcess(["-C"]), yield* fakeWeChat]
        const variables = servingVariables(weChat, memcached.port)
        weChat.refuseCall = (path) =>
          path === "/cgi-bin/stable_token"
            ? {
                errcode: 40164,
                errmsg: "invalid ip 203.0.113.9 ipv6 ::ffff:203.0.113.9, not in whitelist rid: 1-2-3"
              }
            : undefined
        assert.include(
          find(yield* doctor(variables), "access token")?.advice,
          "add 203.0.113.9 to the IP white list"
        )
        weChat.refuseCall = (path) =>
          path === "/cgi-bin/callback/check" ? { errcode: 40201, errmsg: "no url rid: 1-2-3" } : undefined
        weChat.pushesLeftToday = 0
        const reachable = weChat.refuseCall
        weChat.refuseCall = (path) =>
          path === "/cgi-bin/message/custom/typing"
            ? { errcode: 48001, errmsg: "api unauthorized rid: 1-2-3" }
            : reachable(path)
        const findings = yield* doctor({ ...variables, LINK_SECRET: "guess me" })
        assert.deepStrictEqual(statusesOf(findings, "settings"), ["fine", "warning"])
        assert.notInclude(JSON.stringify(findings), "guess me")
        assert.include(find(findings, "pushing")?.advice, "WECHAT_DELIVERY=passive")
        // Started with -C it keeps no versions.
        assert.include(find(findings, "memcached")?.says, "compare-and-swap does not work")
        assert.include(find(findings, "callback")?.advice, "console")
        assert.include(find(findings, "quota")?.says, "0 of 500000")
      }).pipe(Effect.scoped),
    60_000
  )

  it.live(
    "tells why the campus gateway and the chatbot are of no use",
    () =>
      Effect.gen(function* () {
        const [memcached, weChat, nobody] = [yield* memcachedProcess(), yield* fakeWeChat, yield* freePort]
        const gateway = yield* fakeGateway(() => ({ status: 404, body: "<h1>no such page</h1>" }))
        const bot = yield* fakeBot(() => simsimiRefuses(403))
        const variables = {
          ...servingVariables(weChat, memcached.port),
          CAMPUS_URL: gateway.url,
          SIMSIMI_URL: bot.url,
          SIMSIMI_API_KEY: secretKey
        }
        const wrong = yield* doctor(variables)
        assert.include(find(wrong, "campus")?.advice, "correct CAMPUS_URL")
        assert.include(find(wrong, "chatbot")?.advice, "correct SIMSIMI_API_KEY")
        gateway.answer = () => ({ status: 200, body: "<h1>welcome</h1>" })
        bot.reply = () => ({ status: 200, body: "<h1>welcome</h1>" })
        const foreign = yield* doctor(variables)
        assert.include(find(foreign, "campus")?.advice, "correct CAMPUS_URL")
        assert.include(find(foreign, "chatbot")?.advice, "correct SIMSIMI_URL")
        const url = `http://127.0.0.1:${nobody}`
        const down = yield* doctor({ ...variables, CAMPUS_URL: url, SIMSIMI_URL: url })
        assert.include(find(down, "campus")?.advice, "let this machine reach it")
        assert.include(find(down, "chatbot")?.advice, "let this machine reach it")
      }).pipe(Effect.scoped),
    60_000
  )

  it.live(
    "compares this machine's clock with WeChat's, and tells an account that may not push",
    () =>
      Effect.gen(function* () {
        const { platform, url } = yield* startSimulator(`http://127.0.0.1:${yield* freePort}`)
        const weChat = yield* fakeWeChat
        const variables = {
          ...servingVariables(weChat, yield* freePort),
          WECHAT_API_URL: url,
          WECHAT_APP_ID: testAppId,
          WECHAT_APP_SECRET: testAppSecret
        }
        for (const [clockAheadSeconds, says] of [
          [90, /^(?:89|90|91) s behind WeChat's$/u],
          [-90, /^(?:89|90|91) s ahead of WeChat's$/u]
        ] as const) {
          // Who may not push has no pushes to count either.
          yield* platform.change({ clockAheadSeconds, kind: "unverified" })
          const findings = yield* doctor(variables)
          const found = find(findings, "clock")
          assert.include(find(findings, "pushing")?.advice, "WECHAT_DELIVERY=passive")
          assert.deepStrictEqual(statusesOf(findings, "quota"), ["skipped"])
          assert.match(found?.says ?? "", says)
          assert.include(found?.advice, "NTP")
        }
      }).pipe(Effect.scoped),
    60_000
  )
})
