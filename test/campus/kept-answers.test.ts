/** A fresh answer is shown with its time only if the school is unwell, not if it refused somebody else. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import {
  type GatewayError,
  GatewayFailed,
  GatewayRefreshing,
  GatewayUnauthorised
} from "../../src/campus/gateway-exchange.ts"
import { makeKeptAnswers, type Question } from "../../src/campus/kept-answers.ts"
import { Memcached } from "../../src/memcached/memcached.ts"

const call = "timetable"

const stage = Effect.gen(function* () {
  const memcached = yield* Effect.provide(Memcached, Memcached.layerMemory)
  const scope = yield* Effect.scope
  const answers = makeKeptAnswers({ memcached, scope, schema: Schema.String, ttlSeconds: 60 })
  const question = (asker: string, fetch: Question<string>["fetch"]): Question<string> => ({
    key: `kept:${asker}`,
    asker,
    owner: asker,
    fetch,
    goodForMillis: 30_000
  })
  /** Somebody gets an answer, which is then there; whether it looks old to them. */
  const looksOld = (asker: string) =>
    Effect.map(answers.ask(question(asker, Effect.succeed("well"))), ({ isOld }) => isOld)
  /** Somebody asks for a new answer. */
  const asksAnew = (asker: string, fetch: Question<string>["fetch"]) =>
    answers.ask({ ...question(asker, fetch), goodForMillis: 0 })
  const fails = (asker: string, error: GatewayError) => Effect.exit(asksAnew(asker, Effect.fail(error)))
  const renewed = (asker: string) => asksAnew(asker, Effect.succeed("new"))
  return { looksOld, fails, renewed }
})

const failed = (reason: GatewayFailed["reason"]) => new GatewayFailed({ call, reason })

describe("an answer of which the school prepares a newer one", () => {
  it.effect("carries its time until that is there, for those whose answer it is", () =>
    Effect.gen(function* () {
      const { looksOld, fails, renewed } = yield* stage
      for (const asker of ["one", "another"]) assert.isFalse(yield* looksOld(asker))
      yield* fails("one", new GatewayRefreshing({ call }))
      assert.isTrue(yield* looksOld("one"))
      assert.isFalse(yield* looksOld("another"))
      yield* renewed("one")
      assert.isFalse(yield* looksOld("one"))
    })
  )
})

const healthy: ReadonlyArray<GatewayError> = [
  new GatewayUnauthorised({ call }),
  new GatewayRefreshing({ call }),
  failed("request refused")
]
const unwell = (["network", "timeout", "server error", "answer not understood", "resting"] as const).map(
  failed
)

describe("the answer that one student just got", () => {
  it.effect.each(healthy)("stays fresh when the gateway says to another: %s", (error) =>
    Effect.gen(function* () {
      const { looksOld, fails } = yield* stage
      assert.isFalse(yield* looksOld("one"))
      yield* fails("another", error)
      assert.isFalse(yield* looksOld("one"))
    })
  )

  it.effect.each(unwell)("carries its time when another's comes to nothing: %s", (error) =>
    Effect.gen(function* () {
      const { looksOld, fails } = yield* stage
      assert.isFalse(yield* looksOld("one"))
      yield* fails("another", error)
      assert.isTrue(yield* looksOld("one"))
      // The gateway refuses a third, so it is there again.
      yield* fails("third", new GatewayUnauthorised({ call }))
      assert.isFalse(yield* looksOld("one"))
    })
  )
})
