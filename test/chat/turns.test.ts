import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect, Exit, Fiber, Schema } from "effect"
import { TestClock } from "effect/testing"
import { makeTurns } from "../../src/chat/turns.ts"

const who = Schema.Literals(["a", "b", "c"])
const deed = Arbitrary.schema(
  Schema.Struct({ who, lastsMillis: Schema.Literals([0, 1, 5]), fails: Schema.Boolean })
)

describe("turns", () => {
  it.effect.prop(
    "each person's deeds run one after the other in the order of coming, whatever fails",
    [Arbitrary.array(deed)],
    ([deeds]) =>
      Effect.gen(function* () {
        const inTurn = makeTurns<string>()
        const begun: Array<string> = []
        const inside = new Set<string>()
        const fibers = yield* Effect.forEach(deeds, ({ who, lastsMillis, fails }, index) =>
          Effect.forkChild(
            inTurn(
              who,
              Effect.gen(function* () {
                assert.isFalse(inside.has(who))
                inside.add(who)
                begun.push(`${who}${index}`)
                yield* Effect.sleep(lastsMillis)
                inside.delete(who)
                return yield* fails ? Effect.fail("failed") : Effect.void
              })
            )
          )
        )
        yield* TestClock.adjust(100)
        const exits = yield* Effect.forEach(fibers, Fiber.await)
        assert.deepStrictEqual(
          exits.map(Exit.isFailure),
          deeds.map(({ fails }) => fails)
        )
        for (const person of who.literals) {
          assert.deepStrictEqual(
            begun.filter((name) => name.startsWith(person)),
            deeds.flatMap(({ who }, index) => (who === person ? [`${who}${index}`] : []))
          )
        }
      }),
    { arbitrary: { size: 30 } }
  )

  it.effect("nobody waits for somebody else, and an interrupted one lets the next in", () =>
    Effect.gen(function* () {
      const inTurn = makeTurns<string>()
      const stuck = yield* Effect.forkChild(inTurn("a", Effect.never))
      assert.strictEqual(yield* inTurn("b", Effect.succeed(1)), 1)
      const next = yield* Effect.forkChild(inTurn("a", Effect.succeed(2)))
      yield* TestClock.adjust(1_000)
      assert.isUndefined(next.pollUnsafe())
      yield* Fiber.interrupt(stuck)
      assert.strictEqual(yield* Fiber.join(next), 2)
    })
  )
})
