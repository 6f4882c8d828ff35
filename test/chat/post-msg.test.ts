import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { Postman } from "../../src/chat/postman.ts"
import { refusal } from "./chat-rig.ts"
import { failOnce } from "./faulty-memcached.ts"
import { keepAll, me, onStage, openWindow, waiting } from "./postman-stage.ts"

const postMsg = (words: string) => Effect.flatMap(Postman, (postman) => postman.postMsg(me, words))

describe("postMsg", () => {
  it.effect.prop(
    "says true only for what WeChat took, and keeps nothing",
    [Schema.Literals([0, -1, 45047, 43004, 87014, 45009])],
    ([code]) =>
      onStage((stage) =>
        Effect.gen(function* () {
          if (code !== 0) stage.answer = () => refusal(code)
          assert.strictEqual(yield* postMsg("hello"), code === 0)
          assert.deepStrictEqual(yield* waiting, [])
        })
      )
  )

  it.effect("stays within the allowance, and asks WeChat for no more", () =>
    onStage(({ tried }) =>
      Effect.gen(function* () {
        yield* openWindow("click")
        const took = yield* Effect.forEach(["1", "2", "3", "4"], postMsg)
        assert.deepStrictEqual(took, [true, true, true, false])
        assert.deepStrictEqual(tried, ["1", "2", "3"])
      })
    )
  )

  it.effect("does not overtake what waits: that goes first, or the answer is false", () =>
    onStage((stage) =>
      Effect.gen(function* () {
        yield* keepAll("one", "two")
        stage.answer = () => refusal(45047)
        assert.isFalse(yield* postMsg("three"))
        assert.deepStrictEqual(yield* waiting, ["one", "two"])
        stage.answer = () => undefined
        yield* openWindow("message")
        assert.isTrue(yield* postMsg("three"))
        assert.deepStrictEqual(stage.tried.slice(1), ["one\ntwo", "three"])
      })
    )
  )

  it.effect("says false where nothing may be pushed, for nothing, and without memcached", () =>
    Effect.gen(function* () {
      yield* onStage(
        ({ tried }) => Effect.map(postMsg("x"), (took) => assert.deepStrictEqual([took, tried], [false, []])),
        "passive"
      )
      yield* onStage(({ plan }) =>
        Effect.gen(function* () {
          assert.isFalse(yield* postMsg(""))
          failOnce(plan, "gets", "mail:", "drop")
          assert.isFalse(yield* postMsg("x"))
        })
      )
    })
  )
})
