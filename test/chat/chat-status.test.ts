import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Schema } from "effect"
import { ChatStatus, TransitionRefused } from "../../src/chat/chat-status.ts"
import { type StateNumber, stateNumbers } from "../../src/core/session.ts"
import { transition } from "../../src/core/transitions.ts"
import { alice, bob, makeRig, pushedTo, startServer } from "./chat-rig.ts"

const number = Schema.Literals(Object.values(stateNumbers))

/** A server on which Alice is in a state. */
const aliceIn = Effect.fnUntraced(function* (state: StateNumber) {
  const rig = yield* makeRig()
  const server = yield* startServer(rig)
  if (state === 2) yield* server.say(alice, "调戏")
  if (state === 1 || state === 11 || state === 12) yield* server.press(alice, "配对")
  if (state === 11 || state === 12) yield* server.press(bob, "配对")
  if (state === 12) yield* server.press(alice, "配对")
  assert.strictEqual(yield* server.status(alice), state)
  return { rig, server, chat: yield* server.run(ChatStatus) }
})

describe("the original interface", () => {
  it.effect.prop(
    "ChangeStatus goes where the machine has a way, and refuses the rest without a trace",
    [number, number],
    ([from, to]) =>
      Effect.gen(function* () {
        const { server, chat } = yield* aliceIn(from)
        const way = transition(from, to)
        const outcome = yield* Effect.result(chat.changeStatus(alice, to))
        yield* server.settled
        const after = yield* chat.status(alice)
        if (way === undefined) {
          assert.isTrue(outcome._tag === "Failure" && outcome.failure instanceof TransitionRefused)
          if (outcome._tag === "Failure" && outcome.failure instanceof TransitionRefused) {
            assert.deepStrictEqual([outcome.failure.from, outcome.failure.to], [from, to])
            assert.include(outcome.failure.message, `from state ${from} to state ${to}`)
          }
          assert.strictEqual(after, from)
        } else {
          assert.strictEqual(outcome._tag === "Success" && outcome.success, after)
          assert.strictEqual(after, to)
        }
      })
  )

  it.effect("ChangeStatus to 1 ends in 11 where somebody waits", () =>
    Effect.gen(function* () {
      const { server, chat } = yield* aliceIn(0)
      yield* server.press(bob, "配对")
      assert.strictEqual(yield* chat.changeStatus(alice, 1), 11)
    })
  )

  it.effect("OpenChat looks from state 0 only; GetTarget is the partner of a pair only", () =>
    Effect.gen(function* () {
      for (const state of Object.values(stateNumbers)) {
        const { server, chat } = yield* aliceIn(state)
        const paired = state === 11 || state === 12
        assert.deepStrictEqual(yield* chat.target(alice), paired ? Option.some(bob) : Option.none())
        assert.strictEqual(yield* chat.openChat(alice), state === 0 ? 1 : state)
        yield* server.settled
      }
    })
  )

  it.effect("DelChat leaves whatever there is, and the partner is told", () =>
    Effect.gen(function* () {
      for (const state of Object.values(stateNumbers)) {
        const { rig, server, chat } = yield* aliceIn(state)
        yield* chat.deleteChat(alice)
        yield* server.settled
        assert.strictEqual(yield* chat.status(alice), 0)
        const told = pushedTo(rig, bob).some((words) => words.includes("对方已离开"))
        assert.strictEqual(told, state === 11 || state === 12)
      }
    })
  )
})
