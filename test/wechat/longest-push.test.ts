/** However slow WeChat and its token are, a push is sent within its time or not at all. */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber, Layer, Redacted, Schema } from "effect"
import { TestClock } from "effect/testing"
import { AccessToken } from "../../src/wechat/access-token.ts"
import { longestPushMillis, WeChatApi } from "../../src/wechat/api.ts"
import { type ApiRequest, ApiTransport } from "../../src/wechat/api-transport.ts"
import { hello, openid } from "./api-under-test.ts"

const upTo = (maximum: number) => Schema.Int.check(Schema.isBetween({ minimum: 0, maximum }))

/** A try that WeChat refuses in a way that asks for another: it is busy, or the token does not do. */
const Refused = Schema.Struct({
  errcode: Schema.Literals([-1, 40001]),
  answerMillis: upTo(3_500),
  tokenMillis: upTo(4_500)
})

describe("a push of which every try is slow and refused", () => {
  it.effect.prop(
    "has no try that outlasts its time",
    [Schema.Array(Refused).check(Schema.isMinLength(1), Schema.isMaxLength(6))],
    ([course]) =>
      Effect.gen(function* () {
        const begunMillis = yield* Clock.currentTimeMillis
        const tries: Array<{ readonly afterMillis: number; readonly timeoutMillis: number }> = []
        const nth = () =>
          course[tries.length % course.length] ?? { errcode: -1, answerMillis: 0, tokenMillis: 0 }
        const transport = Layer.succeed(ApiTransport, {
          send: Effect.fnUntraced(function* ({ timeoutMillis }: ApiRequest) {
            const { errcode, answerMillis } = nth()
            tries.push({ afterMillis: (yield* Clock.currentTimeMillis) - begunMillis, timeoutMillis })
            yield* Effect.sleep(Math.min(answerMillis, timeoutMillis))
            return { status: 200, text: JSON.stringify({ errcode, errmsg: "no" }) }
          })
        })
        const fixed = yield* Effect.provide(AccessToken, AccessToken.layerFixed(Redacted.make("token")))
        const slowToken = Layer.succeed(AccessToken, {
          ...fixed,
          get: Effect.suspend(() => Effect.delay(fixed.get, nth().tokenMillis))
        })
        const layer = WeChatApi.layer({ apiUrl: "http://127.0.0.1" }).pipe(
          Layer.provide([transport, slowToken])
        )
        const push = Effect.flatMap(WeChatApi, (api) => api.send(openid, hello))
        const pushing = yield* Effect.forkChild(Effect.exit(Effect.provide(push, layer)))
        yield* TestClock.adjust("1 minute")
        assert.strictEqual((yield* Fiber.join(pushing))._tag, "Failure")
        for (const { afterMillis, timeoutMillis } of tries) {
          assert.isAbove(timeoutMillis, 0)
          assert.isAtMost(afterMillis + timeoutMillis, longestPushMillis)
        }
      })
  )
})
