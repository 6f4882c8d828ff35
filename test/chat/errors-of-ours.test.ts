/** An error of ours, which nobody foresaw, in what one process does for everybody: it ends nothing but itself. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { WeChatUnreachable } from "../../src/wechat/api-exchange.ts"
import { keys } from "../../src/chat/keys.ts"
import { alice, bob, carol, makeRig, type Rig, startServer } from "./chat-rig.ts"
import { noFaults } from "./faulty-memcached.ts"
import { atOnce } from "./inbox-stage.ts"
import { line, onStage, openWindow, waiting } from "./postman-stage.ts"

/** The first operation of a kind is an error of ours. */
const breakOnce = (rig: Rig, which: string, isMeant: (key: string) => boolean) => {
  rig.faults.fateOf = (operation, key) => {
    if (operation !== which || !isMeant(key)) return "proceed"
    rig.faults.fateOf = noFaults().fateOf
    throw new Error("an error of ours")
  }
}

const isRoom = (key: string) => key.startsWith("room:")

describe("an error of ours while people are paired", () => {
  it.effect.each([
    ["the lobby is read", "gets", (key: string) => key === keys.lobby],
    ["the lobby is written", "add", (key: string) => key === keys.lobby],
    ["a room to wait in is opened", "add", isRoom]
  ] as const)("when %s: that one reads 忙, stays as they were, and may try again", ([, which, isMeant]) =>
    Effect.gen(function* () {
      const rig = yield* makeRig()
      const one = yield* startServer(rig)
      breakOnce(rig, which, isMeant)
      assert.include(yield* atOnce("the press", one.press(alice, "配对")), "忙")
      assert.strictEqual(yield* one.status(alice), 0)
      yield* TestClock.adjust(1_000)
      assert.include(yield* atOnce("the next press", one.press(alice, "配对")), "正在配对")
      assert.include(yield* atOnce("another's press", one.press(bob, "配对")), "已配对成功")
    })
  )

  it.effect("of newcomers: both read 忙, and may try again", () =>
    Effect.gen(function* () {
      const rig = yield* makeRig()
      const one = yield* startServer(rig)
      breakOnce(rig, "add", isRoom)
      const both = Effect.all([one.press(alice, "配对"), one.press(bob, "配对")], {
        concurrency: "unbounded"
      })
      for (const answer of yield* atOnce("both presses", both)) assert.include(answer, "忙")
      assert.deepStrictEqual([yield* one.status(alice), yield* one.status(bob)], [0, 0])
      yield* atOnce("the next presses", both)
      assert.deepStrictEqual([yield* one.status(alice), yield* one.status(bob)], [11, 11])
    })
  )

  it.effect("when somebody is joined: who waited goes on waiting", () =>
    Effect.gen(function* () {
      const rig = yield* makeRig()
      const one = yield* startServer(rig)
      yield* one.press(alice, "配对")
      breakOnce(rig, "cas", isRoom)
      assert.include(yield* atOnce("the press", one.press(bob, "配对")), "忙")
      assert.deepStrictEqual([yield* one.status(alice), yield* one.status(bob)], [1, 0])
      assert.include(yield* atOnce("another's press", one.press(carol, "配对")), "已配对成功")
    })
  )
})

describe("an error of ours while mail is pushed that was put off", () => {
  it.effect("keeps no later mail from being pushed by itself", () =>
    onStage((stage) =>
      Effect.gen(function* () {
        yield* openWindow("message")
        stage.answer = () => new WeChatUnreachable({ reason: "no connection" })
        yield* line("第一句")
        stage.answer = () => {
          throw new Error("an error of ours")
        }
        yield* TestClock.adjust(15_000)
        stage.answer = () => new WeChatUnreachable({ reason: "no connection" })
        yield* line("第二句")
        assert.lengthOf(yield* waiting, 2)
        stage.answer = () => undefined
        yield* TestClock.adjust(15_000)
        assert.deepStrictEqual([stage.tried.at(-1), yield* waiting], ["第一句\n第二句", []])
      })
    )
  )
})
