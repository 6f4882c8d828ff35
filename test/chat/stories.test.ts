import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Schema } from "effect"
import { alice, bob, carol, makeRig, pushedTo, refusal, startServer } from "./chat-rig.ts"

const two = Effect.gen(function* () {
  const rig = yield* makeRig()
  return { rig, one: yield* startServer(rig), other: yield* startServer(rig) }
})

/** Alice waits, Bob comes on another server. */
const paired = Effect.tap(two, ({ one, other }) =>
  Effect.andThen(one.press(alice, "配对"), other.press(bob, "配对"))
)

describe("two people on two servers", () => {
  it.effect("find each other, talk, and part", () =>
    Effect.gen(function* () {
      const { rig, one, other } = yield* two
      assert.include(yield* one.press(alice, "配对"), "正在配对")
      assert.strictEqual(yield* other.status(alice), 1)
      assert.include(yield* other.press(bob, "配对"), "已配对成功，可以开始聊天")
      assert.include(pushedTo(rig, alice)[0], "已配对成功，可以开始聊天")
      assert.deepStrictEqual([yield* one.status(bob), yield* other.status(alice)], [11, 11])
      assert.deepStrictEqual(yield* other.partner(alice), Option.some(bob))
      assert.deepStrictEqual(yield* other.partner(bob), Option.some(alice))

      assert.strictEqual(yield* other.say(bob, " 下节课吗  "), "")
      assert.deepStrictEqual(pushedTo(rig, alice).slice(1), [" 下节课吗  "])
      assert.include(yield* one.say(alice, "配对"), "#配对")
      assert.deepStrictEqual(pushedTo(rig, bob), ["配对"])

      assert.include(yield* one.press(alice, "退出"), "已退出")
      assert.include(pushedTo(rig, bob)[1], "对方已离开")
      assert.deepStrictEqual([yield* one.status(bob), yield* other.status(alice)], [0, 0])
      assert.include(yield* one.say(bob, "还在吗"), "没看懂")
      assert.lengthOf(pushedTo(rig, alice), 2)
    })
  )

  it.effect("配对 shows the pair, a line hides it again, 配对 twice takes another partner", () =>
    Effect.gen(function* () {
      const { rig, one, other } = yield* paired
      yield* one.say(alice, "你好")
      const shown = yield* other.press(bob, "配对")
      assert.include(shown, "已配对")
      assert.include(shown, "1 句")
      assert.strictEqual(yield* one.status(bob), 12)
      assert.strictEqual(yield* one.status(alice), 11)
      assert.include(yield* other.press(bob, "状态"), "已配对")
      assert.strictEqual(yield* one.status(bob), 12)
      yield* other.say(bob, "在")
      assert.strictEqual(yield* one.status(bob), 11)
      yield* other.press(bob, "配对")
      assert.include(yield* other.press(bob, "配对"), "正在配对")
      assert.strictEqual(yield* one.status(bob), 1)
      assert.include(pushedTo(rig, alice).at(-1), "对方已离开")
      assert.strictEqual(yield* one.status(alice), 0)
    })
  )

  it.effect("更换 in the moment a third waits gives the third, not the same again", () =>
    Effect.gen(function* () {
      const { rig, one, other } = yield* paired
      assert.include(yield* one.press(carol, "配对"), "正在配对")
      assert.include(yield* other.press(bob, "更换"), "已配对成功")
      assert.deepStrictEqual(yield* one.partner(bob), Option.some(carol))
      assert.include(pushedTo(rig, carol).at(-1), "已配对成功")
      assert.include(pushedTo(rig, alice).at(-1), "对方已离开")
    })
  )

  it.effect("two who are alone meet again rather than wait for ever", () =>
    Effect.gen(function* () {
      const { one, other } = yield* paired
      yield* one.press(alice, "更换")
      assert.strictEqual(yield* one.status(alice), 1)
      assert.include(yield* other.press(bob, "配对"), "已配对成功")
      assert.deepStrictEqual(yield* one.partner(alice), Option.some(bob))
    })
  )

  it.effect("a text while looking is not sent, and looks again", () =>
    Effect.gen(function* () {
      const { one } = yield* two
      yield* one.press(alice, "配对")
      assert.include(yield* one.say(alice, "你好"), "正在配对")
      assert.strictEqual(yield* one.status(alice), 1)
      assert.include(yield* one.press(alice, "退出"), "已退出")
      assert.strictEqual(yield* one.status(alice), 0)
      assert.include(yield* one.press(alice, "退出"), "不用退出")
    })
  )

  it.effect("whoever stopped looking is not found", () =>
    Effect.gen(function* () {
      const { rig, one, other } = yield* two
      yield* one.press(alice, "配对")
      yield* one.press(alice, "退出")
      assert.include(yield* other.press(bob, "配对"), "正在配对")
      assert.lengthOf(pushedTo(rig, alice), 0)
    })
  )

  it.effect("unfollowing ends the pair, tells the partner, and forgets the rest", () =>
    Effect.gen(function* () {
      const { rig, one, other } = yield* paired
      yield* one.act(alice, { _tag: "Unfollowed" })
      assert.include(pushedTo(rig, bob).at(-1), "对方已离开")
      assert.strictEqual(yield* other.status(bob), 0)
      assert.lengthOf(
        rig.store.keys().filter((key) => key.includes(alice)),
        0
      )
      assert.include(yield* other.say(bob, "喂"), "没看懂")
    })
  )

  it.effect("a partner whom WeChat does not know any more has left: the writer is told", () =>
    Effect.gen(function* () {
      const { rig, one, other } = yield* paired
      rig.answerPush = (to) => (to === bob ? Effect.fail(refusal(43004)) : Effect.void)
      assert.include(yield* one.say(alice, "喂"), "对方已离开")
      assert.deepStrictEqual([yield* one.status(alice), yield* other.status(bob)], [0, 0])
    })
  )

  it.effect("a follower is welcomed with the help", () =>
    Effect.gen(function* () {
      const { one } = yield* two
      assert.include(yield* one.act(alice, { _tag: "Followed" }), "帮助")
    })
  )

  it.effect(
    "who follows again while word that they unfollowed was lost hears that they are still in a pair",
    () =>
      Effect.gen(function* () {
        const { one, other } = yield* paired
        const heard = yield* one.act(alice, { _tag: "Followed" })
        assert.match(heard ?? "", /帮助[^]*已配对，对方在等你说话/u)
        assert.deepStrictEqual([yield* one.status(alice), yield* other.status(bob)], [11, 11])
      })
  )
})

/** The beginning of the keys that vanish; the last one: all of them. */
const lostPrefix = Schema.Literals([
  "room:",
  "s:oAlice",
  "s:oBob",
  "s:",
  "lobby",
  "met:",
  "spoke:",
  "quota:",
  "due:",
  ""
])

describe("what memcached forgets", () => {
  it.effect.prop(
    "whatever is lost, the next act of each ends in a sentence and nobody talks to nobody",
    [lostPrefix],
    ([lost]) =>
      Effect.gen(function* () {
        const { rig, one, other } = yield* paired
        for (const key of rig.store.keys()) if (key.startsWith(lost)) rig.store.evict(key)
        const before = pushedTo(rig, alice).length
        const answer = yield* other.say(bob, "你好")
        const arrived = pushedTo(rig, alice).slice(before).includes("你好")
        const [mine, theirs] = [yield* one.status(bob), yield* other.status(alice)]
        assert.strictEqual(arrived, mine === 11 && theirs === 11)
        if (!arrived) {
          assert.notStrictEqual(answer, "")
          assert.include([0, 1], mine)
          // Whoever still believes to be in the chat is told, by push or with their next word.
          const said = yield* one.say(alice, "喂")
          assert.isTrue(said !== "" || pushedTo(rig, bob).includes("喂"))
          assert.notInclude(pushedTo(rig, bob), "喂")
        }
        assert.include(yield* one.press(alice, "退出"), "退出")
        assert.include(yield* one.press(alice, "配对"), "配对")
      })
  )
})
