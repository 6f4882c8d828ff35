/** What an operator reads of work that is repeated for ever and fails for a while. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Logger } from "effect"
import { TestClock } from "effect/testing"
import { makeOutageLog } from "../../src/chat/outage-log.ts"
import { DatabaseFailed } from "../../src/database/database.ts"

const fails = Effect.fail(new DatabaseFailed({ problem: "down" }))

/** A watched piece of work, and the lines that it logged. */
const stage = () => {
  const lines: Array<string> = []
  const logger = Logger.make((entry) => void lines.push(Logger.formatLogFmt.log(entry)))
  const { watch } = makeOutageLog({ begins: "it fails", ends: "it works again" })
  const run = (work: Effect.Effect<void, DatabaseFailed>) =>
    Effect.provide(watch(work), Logger.layer([logger]))
  return { lines, run }
}

describe("an outage", () => {
  it.effect("is told with its reason when it begins, hourly while it lasts, and when it is over", () =>
    Effect.gen(function* () {
      const { lines, run } = stage()
      yield* run(Effect.void)
      assert.lengthOf(lines, 0)
      for (let minute = 0; minute < 90; minute += 1) {
        yield* run(fails)
        yield* TestClock.adjust("1 minute")
      }
      assert.lengthOf(lines, 2)
      for (const line of lines) assert.match(line, /it fails.*down/u)
      yield* run(Effect.void)
      yield* run(Effect.void)
      assert.lengthOf(lines, 3)
      assert.include(lines.at(-1), "it works again")
      yield* run(fails)
      assert.lengthOf(lines, 4)
    })
  )

  it.effect("of ours, by a mistake, does not end what repeats the work", () =>
    Effect.gen(function* () {
      const { lines, run } = stage()
      yield* run(Effect.die(new Error("a mistake")))
      assert.lengthOf(lines, 1)
      assert.include(lines[0], "a mistake")
    })
  )
})
