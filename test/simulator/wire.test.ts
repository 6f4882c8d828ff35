import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { testAppSecret } from "./simulator-rig.ts"
import { account, call, credentials } from "./protocol/account.ts"

describe("the wire", () => {
  it.effect(
    "shows each exchange whole and in order, with what went wrong in words, but never the app secret",
    () =>
      Effect.gen(function* () {
        const { platform, url, openid, pushText, errcode } = yield* account()
        yield* call(`${url}/cgi-bin/token?${new URLSearchParams(credentials).toString()}`)
        yield* platform.say(openid, "a secret line")
        yield* pushText("here you are")
        yield* errcode("message/custom/send", {
          touser: "oNobody",
          msgtype: "text",
          text: { content: "another secret line" }
        })
        const all = (yield* platform.snapshot).wire
        // The check of the address goes on beside the rest.
        const wire = all.filter(({ what }) => what !== "接入验证")
        assert.deepStrictEqual(
          all.filter((entry) => !wire.includes(entry)).map(({ outcome, raw }) => [outcome, raw.method]),
          [["echo", "GET"]]
        )
        assert.deepStrictEqual(
          wire.map(({ direction, what, outcome, good }) => [direction, what, outcome, good]),
          [
            ["callback", "subscribe", "success", true],
            ["api", "POST", "ok", true],
            ["api", "GET", "ok", true],
            ["callback", "text", "success", true],
            ["api", "POST", "ok", true],
            ["api", "POST", "40003", false]
          ]
        )
        assert.include(wire[3]?.raw.requestBody ?? "", "a secret line")
        assert.include(wire[3]?.raw.url ?? "", "signature=")
        assert.include(wire[5]?.raw.requestBody ?? "", "another secret line")
        assert.strictEqual(wire[5]?.openid, "oNobody")
        assert.match(wire[5]?.explanation ?? "", /没有这个 openid/)
        assert.notInclude(JSON.stringify(wire), testAppSecret)
      }).pipe(Effect.scoped)
  )
})
