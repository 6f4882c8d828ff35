import { setImmediate } from "node:timers/promises"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { makeTurnEnd } from "../../src/event-loop/turn-end.ts"

/** How many acts become due in each of several turns, and how many of them make another one due when they are done. */
const turns = Schema.Array(
  Schema.Struct({
    due: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 5 })),
    followed: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 5 }))
  })
)

describe("what is due at the end of a turn", () => {
  it.live.prop(
    "is done in its order when the turn is over, and not before",
    [turns],
    ([turns]) =>
      Effect.gen(function* () {
        const atTurnEnd = makeTurnEnd()
        const done: Array<string> = []
        const expected: Array<string> = []
        for (const [turn, { due, followed }] of turns.entries()) {
          const firsts = Array.from({ length: due }, (_, place) => `${turn}.${place}`)
          const follow = firsts.slice(0, followed).map((name) => `after ${name}`)
          for (const [place, name] of firsts.entries()) {
            atTurnEnd(() => {
              done.push(name)
              const next = follow[place]
              if (next !== undefined) atTurnEnd(() => done.push(next))
            })
          }
          yield* Effect.promise(() => Promise.resolve())
          assert.deepStrictEqual(done, expected)
          yield* Effect.promise(() => setImmediate())
          expected.push(...firsts)
          assert.deepStrictEqual(done, expected)
          yield* Effect.promise(() => setImmediate())
          expected.push(...follow)
          assert.deepStrictEqual(done, expected)
        }
      }),
    { arbitrary: { runs: 50 } }
  )
})
