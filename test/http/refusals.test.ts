import { assert, describe, it } from "@effect/vitest"
import { Effect, Logger } from "effect"
import { TestClock } from "effect/testing"
import { makeRefusals } from "../../src/http/refusals.ts"

const query = new URLSearchParams({
  signature: "5e1f00d",
  timestamp: "1000",
  nonce: "n0nce",
  openid: "oSomebody",
  oSecret: "x"
})

/** What is logged while `use` runs. */
const logged = <A, E, R>(use: Effect.Effect<A, E, R>) => {
  const lines: Array<ReadonlyArray<unknown>> = []
  const log = Logger.layer([Logger.make(({ message }) => void lines.push(message as ReadonlyArray<unknown>))])
  return Effect.as(Effect.provide(use, log), lines)
}

describe("a callback that is refused", () => {
  it.effect("is logged with what helps, and nothing that could be used", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_060_000)
      const refuse = makeRefusals()
      const body = "<xml>秘密</xml>"
      const [[words, facts] = []] = yield* logged(refuse({ status: 400, why: "not xml", query, body }))
      assert.strictEqual(words, "a callback was refused")
      assert.deepStrictEqual(facts, {
        status: 400,
        why: "not xml",
        fields: "signature timestamp nonce openid",
        secondsOff: -60,
        bodyBytes: Buffer.byteLength(body),
        bodyHash: "366c4626ba25583c"
      })
    })
  )

  it.effect("many fill no log: one line for each status in ten seconds, which counts the rest", () =>
    Effect.gen(function* () {
      const refuse = makeRefusals()
      const knocks = (times: number) =>
        Effect.replicateEffect(refuse({ status: 401, why: "not signed", query }), times)
      const first = yield* logged(
        Effect.andThen(knocks(500), refuse({ status: 413, why: "too large", query }))
      )
      assert.lengthOf(first, 2)
      yield* TestClock.adjust("11 seconds")
      const [line] = yield* logged(knocks(1))
      assert.deepInclude(line?.[1], { status: 401, unlogged: 499 })
    })
  )
})
