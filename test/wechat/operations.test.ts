import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { WeChatApi } from "../../src/wechat/api.ts"
import type { WeChatError } from "../../src/wechat/api-exchange.ts"
import {
  addressToAllow,
  apiAddresses,
  checkCallback,
  countedPaths,
  quotaOf
} from "../../src/wechat/operations.ts"
import { apiOf, facts, wechatWith } from "./api-under-test.ts"
import { type Answer, refusal } from "./fake-wechat.ts"

/** What a question comes to where WeChat answers so, and what was asked: path and body. */
const asking = <A>(answer: Answer, question: Effect.Effect<A, WeChatError, WeChatApi>) =>
  Effect.gen(function* () {
    const wechat = yield* wechatWith(() => answer)
    const result = yield* Effect.result(Effect.provideService(question, WeChatApi, yield* apiOf(wechat)))
    const { path, body } = wechat.asked.at(-1) ?? { path: "", body: "" }
    const found = result._tag === "Success" ? result.success : facts(result.failure)
    return { path, body: body === "" ? undefined : (JSON.parse(body) as unknown), found }
  })

describe("what an operator asks", () => {
  it.effect("quotas, addresses and the callback: as the notes write them", () =>
    Effect.gen(function* () {
      const quota = { errcode: 0, errmsg: "ok", quota: { daily_limit: 500_000, used: 12, remain: 499_988 } }
      assert.deepStrictEqual(yield* asking({ body: quota }, quotaOf(countedPaths.push)), {
        path: "/cgi-bin/openapi/quota/get",
        body: { cgi_path: "/cgi-bin/message/custom/send" },
        found: { dailyLimit: 500_000, used: 12, remain: 499_988 }
      })
      const reached = {
        dns: [{ ip: "192.0.2.7", real_operator: "UNICOM" }],
        ping: [{ ip: "192.0.2.7", from_operator: "UNICOM", package_loss: "0%", time: "23.079ms" }]
      }
      assert.deepStrictEqual(yield* asking({ body: reached }, checkCallback), {
        path: "/cgi-bin/callback/check",
        body: { action: "all", check_operator: "DEFAULT" },
        found: {
          dns: [{ ip: "192.0.2.7", operator: "UNICOM" }],
          ping: [{ ip: "192.0.2.7", fromOperator: "UNICOM", loss: "0%", time: "23.079ms" }]
        }
      })
      const list = { body: { ip_list: ["192.0.2.1", "198.51.100.0/24"] } }
      assert.deepStrictEqual(yield* asking(list, apiAddresses), {
        path: "/cgi-bin/get_api_domain_ip",
        body: undefined,
        found: ["192.0.2.1", "198.51.100.0/24"]
      })
    })
  )

  it.effect("a refusal keeps its errcode; an answer of another form is none", () =>
    Effect.gen(function* () {
      const refusals = [
        [quotaOf("/nowhere"), 76021, "bug"],
        [quotaOf("/cgi-bin/menu/get"), 76022, "bug"],
        [checkCallback, 40201, "stop"]
      ] as const
      for (const [question, errcode, action] of refusals) {
        const { found } = yield* asking(
          refusal(errcode),
          question as Effect.Effect<unknown, WeChatError, WeChatApi>
        )
        assert.deepStrictEqual(found, { errcode, action })
      }
      for (const question of [quotaOf("/cgi-bin/menu/get"), checkCallback, apiAddresses]) {
        const odd = { body: { quota: {}, dns: 1, ip_list: "192.0.2.1" } }
        const { found } = yield* asking(odd, question as Effect.Effect<unknown, WeChatError, WeChatApi>)
        assert.deepStrictEqual(found, { reason: "answer not understood", mayHaveHappened: true })
      }
    })
  )

  it("the address for the white list stands in the refusal", () => {
    for (const [words, address] of [
      ["invalid ip 203.0.113.9 ipv6 ::ffff:203.0.113.9, not in whitelist rid: 1-2-3", "203.0.113.9"],
      ["invalid ip 2001:db8::7, not in whitelist", "2001:db8::7"],
      ["invalid appsecret", undefined]
    ] as const) {
      assert.strictEqual(Option.getOrUndefined(addressToAllow(words)), address)
    }
  })
})
