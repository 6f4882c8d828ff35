import { Clock, Effect, Fiber, type Scope } from "effect"

export interface Alarms {
  /** Has `ring` run when the time is over; the answer takes that back. */
  readonly set: (ring: Effect.Effect<void>) => () => void
}

/**
 * Alarms that ring the same time after they were set. One fiber and one timer serve all of them: nearly every message is answered long
 * before its alarms ring, and a race with a timer for each of those costs two fibers and a timer a time.
 */
export const makeAlarms = (afterMillis: number): Effect.Effect<Alarms, never, Scope.Scope> =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const scope = yield* Effect.scope
    const run = Effect.runForkWith(yield* Effect.context<never>())
    /** By their numbers, the oldest first: that one rings first, too. */
    const alarms = new Map<number, { readonly atMillis: number; readonly ring: Effect.Effect<void> }>()
    let lastNumber = 0
    let watching: Fiber.Fiber<void> | undefined

    const watch: Effect.Effect<void> = Effect.gen(function* () {
      for (;;) {
        const [oldest] = alarms
        if (oldest === undefined) break
        const [number, { atMillis, ring }] = oldest
        const waitMillis = atMillis - clock.currentTimeMillisUnsafe()
        if (waitMillis > 0) {
          yield* Effect.sleep(waitMillis)
          continue
        }
        alarms.delete(number)
        Fiber.runIn(run(ring), scope)
      }
      watching = undefined
    })

    return {
      set: (ring) => {
        lastNumber += 1
        const number = lastNumber
        alarms.set(number, { atMillis: clock.currentTimeMillisUnsafe() + afterMillis, ring })
        watching ??= Fiber.runIn(run(watch), scope)
        return () => {
          alarms.delete(number)
          if (alarms.size > 0) return
          watching?.interruptUnsafe()
          watching = undefined
        }
      }
    }
  })
