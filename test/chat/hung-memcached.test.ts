import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Schema } from "effect"
import { TestClock } from "effect/testing"
import { replyBudgetMillis } from "../../src/chat/answer.ts"
import { ttlSeconds } from "../../src/chat/keys.ts"
import { alice, bob, pushedTo, startMillis } from "./chat-rig.ts"
import { failOnce } from "./faulty-memcached.ts"
import { paired, send, typed } from "./inbox-stage.ts"

describe("a memcached that hung while a message was claimed", () => {
  it.effect.prop(
    "lines of one writer keep their order, though nobody knows who works on the first",
    [Schema.Literals(["drop", "loseAnswer"])],
    ([fate]) =>
      Effect.gen(function* () {
        const { rig, servers } = yield* paired()
        const lines = ["第一句", "第二句", "第三句"]
        rig.faults.takesMillis = () => 10
        failOnce(rig.faults, "add", "seen:", fate)
        const writing = yield* Effect.forkChild(
          Effect.forEach(lines, (words) => send(servers[0], typed(alice, words)), {
            concurrency: "unbounded"
          })
        )
        for (let millis = 0; millis < replyBudgetMillis; millis += 10) yield* TestClock.adjust(10)
        yield* Fiber.join(writing)
        assert.deepStrictEqual(pushedTo(rig, bob), lines)
      })
  )

  it.effect("a claim that it carries out late is still ours: nobody waits for it", () =>
    Effect.gen(function* () {
      const { rig, servers } = yield* paired()
      const late: Array<string> = []
      rig.faults.fateOf = (operation, key) => {
        if (!key.startsWith("seen:")) return "proceed"
        if (operation === "add" && late.length === 0) return "loseAnswer"
        const item = rig.store.read(key, startMillis)
        if (operation === "gets" && item !== undefined && late.length === 0) {
          late.push(item.value)
          rig.store.evict(key)
        } else if (operation === "add" && late[0] !== undefined) {
          rig.store.set(key, late[0], ttlSeconds.seen, startMillis)
          rig.faults.fateOf = () => "proceed"
        }
        return "proceed"
      }
      const sending = yield* Effect.forkChild(send(servers[0], typed(alice, "一句话")))
      yield* TestClock.adjust(100)
      assert.deepStrictEqual(pushedTo(rig, bob), ["一句话"])
      assert.isUndefined(yield* Fiber.join(sending))
    })
  )
})
