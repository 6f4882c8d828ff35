import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { replyBudgetMillis } from "../../src/chat/answer.ts"
import { Duplicates } from "../../src/chat/duplicates.ts"
import { duplicateKey } from "../../src/wechat/messages.ts"
import { alice, bob, carol, pushedTo } from "./chat-rig.ts"
import { answer, clicked, paired, typed, wordsOf } from "./inbox-stage.ts"

describe("a message that a dead server left behind", () => {
  it.effect("is not for a partner of later, and keeps nobody from being answered", () =>
    Effect.gen(function* () {
      const { rig, servers } = yield* paired()
      const [one, other] = servers
      const left = typed(alice, "for Bob only")
      // What a server that was killed in the middle leaves: the claim, and nothing else.
      yield* one.run(Effect.flatMap(Duplicates, (duplicates) => duplicates.tryClaim(duplicateKey(left))))
      const again = yield* Effect.forkChild(answer(other, left))
      yield* TestClock.adjust(1_000)
      // Not `send`: the other server is not settled while it waits for the dead one.
      assert.include(wordsOf(yield* answer(other, clicked(alice, "更换"))), "正在配对")
      assert.include(wordsOf(yield* answer(one, clicked(carol, "配对"))), "已配对成功")
      yield* TestClock.adjust(replyBudgetMillis - 1_000)
      const last = yield* Fiber.join(again)
      yield* Effect.all([one.settled, other.settled])
      assert.deepStrictEqual(pushedTo(rig, carol).includes("for Bob only"), false)
      assert.deepStrictEqual(pushedTo(rig, bob).includes("for Bob only"), false)
      assert.include(wordsOf(last), "刚才这句没有发出去")
    })
  )
})
