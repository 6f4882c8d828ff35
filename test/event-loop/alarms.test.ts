import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { TestClock } from "effect/testing"
import { makeAlarms } from "../../src/event-loop/alarms.ts"

const afterMillis = 1_000

/** How long after the one before each alarm is set, and how long after that it is taken back, if it is. */
const settings = Schema.Array(
  Schema.Struct({
    pauseMillis: Schema.Literals([0, 1, 300, 999, 2_500]),
    takenBackMillis: Schema.Literals([0, 500, 999, 1_001, 5_000])
  })
)

describe("alarms", () => {
  it.effect.prop(
    "ring once, their time after they were set, unless they were taken back before",
    [settings],
    ([set]) =>
      Effect.gen(function* () {
        const alarms = yield* makeAlarms(afterMillis)
        const clock = yield* TestClock.testClockWith(Effect.succeed)
        const rung: Array<string> = []
        const expected: Array<string> = []
        const beginMillis = clock.currentTimeMillisUnsafe()
        const acts: Array<{ readonly atMillis: number; readonly act: () => void }> = []
        const takesBack = new Map<number, () => void>()
        let atMillis = beginMillis
        for (const [number, { pauseMillis, takenBackMillis }] of set.entries()) {
          atMillis += pauseMillis
          const ringsAt = atMillis + afterMillis
          const ring = Effect.sync(() => rung.push(`${number} at ${clock.currentTimeMillisUnsafe()}`))
          acts.push({
            atMillis,
            act: () => takesBack.set(number, alarms.set(Effect.asVoid(ring)))
          })
          acts.push({ atMillis: atMillis + takenBackMillis, act: () => takesBack.get(number)?.() })
          if (takenBackMillis > afterMillis) expected.push(`${number} at ${ringsAt}`)
        }
        for (const { atMillis: due, act } of acts.toSorted((one, other) => one.atMillis - other.atMillis)) {
          yield* TestClock.adjust(due - clock.currentTimeMillisUnsafe())
          act()
        }
        yield* TestClock.adjust(2 * afterMillis)
        assert.deepStrictEqual(rung, expected)
      }).pipe(Effect.scoped),
    { arbitrary: { runs: 60 } }
  )

  it.effect("do not keep those that were set after them, once they are taken back", () =>
    Effect.gen(function* () {
      setFlagsFromString("--expose-gc")
      const collectGarbage = runInNewContext("gc") as () => void
      const alarms = yield* makeAlarms(afterMillis)
      const takeFirstBack = alarms.set(Effect.void)
      const ring = yield* Effect.sync(() => {
        const ring = Effect.sync(() => {})
        const takeBack = alarms.set(ring)
        takeFirstBack()
        takeBack()
        return new WeakRef(ring)
      })
      // A weak reference keeps what it refers to until the end of the turn.
      yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
      collectGarbage()
      assert.isUndefined(ring.deref())
      takeFirstBack()
    }).pipe(Effect.scoped)
  )

  it.effect("end with their scope", () =>
    Effect.gen(function* () {
      let rung = 0
      const ring = Effect.sync(() => {
        rung += 1
      })
      yield* Effect.scoped(Effect.map(makeAlarms(afterMillis), (alarms) => alarms.set(ring)))
      yield* TestClock.adjust(2 * afterMillis)
      assert.strictEqual(rung, 0)
    })
  )
})
