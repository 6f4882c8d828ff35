import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Logger } from "effect"
import { TestClock } from "effect/testing"
import { unending } from "../../src/event-loop/unending.ts"

/** What is logged, as far as it is text. */
const recorded = () => {
  const logged: Array<string> = []
  const logger = Logger.make<unknown, void>(({ message, logLevel }) => {
    logged.push(`${logLevel} ${JSON.stringify(message)}`)
  })
  return { logged, layer: Logger.layer([logger]) }
}

describe("what goes on for ever", () => {
  it.effect("goes on after an error of ours, which is logged", () =>
    Effect.gen(function* () {
      const { logged, layer } = recorded()
      let rounds = 0
      const round = Effect.andThen(
        Effect.sleep(1_000),
        Effect.sync(() => {
          rounds += 1
          if (rounds === 2) throw new Error("the second one")
        })
      )
      yield* Effect.forkChild(Effect.provide(unending("counting", round), layer))
      yield* TestClock.adjust(5_100)
      assert.strictEqual(rounds, 5)
      assert.lengthOf(logged, 1)
      assert.match(logged[0] ?? "", /^Error .*counting.*the second one/u)
    })
  )

  it.effect("and fails at once each time: a few times in a second, not as fast as it can", () =>
    Effect.gen(function* () {
      const { logged, layer } = recorded()
      yield* Effect.forkChild(Effect.provide(unending("failing", Effect.die("always")), layer))
      yield* TestClock.adjust(950)
      assert.lengthOf(logged, 10)
    })
  )

  it.effect("ends when it is told to, without a word", () =>
    Effect.gen(function* () {
      const { logged, layer } = recorded()
      const going = yield* Effect.forkChild(Effect.provide(unending("waiting", Effect.never), layer))
      yield* TestClock.adjust(1_000)
      yield* Fiber.interrupt(going)
      assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(going)))
      assert.deepStrictEqual(logged, [])
    })
  )
})
