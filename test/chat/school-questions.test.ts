/** Questions to a school that takes its time. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import { replyBudgetMillis } from "../../src/chat/answer.ts"
import { Campus } from "../../src/chat/campus.ts"
import type { CampusButton } from "../../src/core/button.ts"
import { alice, makeRig, startServer } from "./chat-rig.ts"
import { answer, clicked, send, typed, wordsOf } from "./inbox-stage.ts"

/** As long as the campus may take for an answer. */
const slowMillis = 4_000

const slowSchool = Layer.succeed(Campus, {
  answer: (_openid, { button }) => Effect.delay(Effect.succeed([{ _tag: "NoCampus", button }]), slowMillis),
  unbind: () => Effect.succeed([]),
  forget: () => Effect.void
})

describe("a slow school", () => {
  it.effect("questions of one user at once: each is answered in its own exchange", () =>
    Effect.gen(function* () {
      const rig = yield* makeRig({ campus: slowSchool })
      const server = yield* startServer(rig)
      const asked: ReadonlyArray<CampusButton> = ["下节课", "跑操次数", "教务信息"]
      const exchanges = yield* Effect.forEach(asked, (button) =>
        Effect.forkChild(answer(server, clicked(alice, button)))
      )
      yield* TestClock.adjust(replyBudgetMillis - 1)
      assert.isTrue(exchanges.every((exchange) => exchange.pollUnsafe() !== undefined))
      const answers = yield* Effect.forEach(exchanges, Fiber.join)
      for (const [index, words] of answers.map(wordsOf).entries()) {
        assert.include(words ?? "", `「${asked[index]}」`)
      }
      assert.isEmpty(rig.pushes)
    })
  )

  it.effect("what else the user does meanwhile does not wait for it", () =>
    Effect.gen(function* () {
      const rig = yield* makeRig({ campus: slowSchool })
      const server = yield* startServer(rig)
      const question = yield* Effect.forkChild(answer(server, clicked(alice, "下节课")))
      yield* TestClock.adjust(100)
      const other = yield* Effect.forkChild(answer(server, typed(alice, "状态")))
      yield* TestClock.adjust(100)
      assert.isDefined(other.pollUnsafe())
      assert.include(wordsOf(yield* Fiber.join(other)) ?? "", "未配对")
      yield* TestClock.adjust(slowMillis)
      assert.include(wordsOf(yield* Fiber.join(question)) ?? "", "下节课")
      assert.include((yield* send(server, typed(alice, "状态"))) ?? "", "未配对")
    })
  )
})
