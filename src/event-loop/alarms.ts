import { Clock, Effect, Fiber, type Scope } from "effect"

export interface Alarms {
  /** Runs `ring` when the time is over; what it gives back cancels that. */
  readonly set: (ring: Effect.Effect<void>) => () => void
}

/**
 * Alarms that all ring the same time after they were set. One fiber and one timer serve them all: nearly every message is
 * answered long before its alarms ring, and a race with a timer for each alarm would cost two fibers and a timer.
 */
export const makeAlarms = (afterMillis: number): Effect.Effect<Alarms, never, Scope.Scope> =>
  Effect.map(makeAlarmsOfAnyTime, (alarmsAfter) => alarmsAfter(afterMillis))

/** The same if the time is not known beforehand. `Alarms` are made once for each time, so these should be a few constants. */
export const makeAlarmsOfAnyTime: Effect.Effect<(afterMillis: number) => Alarms, never, Scope.Scope> =
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const scope = yield* Effect.scope
    const run = Effect.runForkWith(yield* Effect.context<never>())
    const start = (work: Effect.Effect<void>) => Fiber.runIn(run(work), scope)
    const known = new Map<number, Alarms>()
    return (afterMillis) => {
      const alarms = known.get(afterMillis) ?? alarmsAfter(afterMillis, clock, start)
      known.set(afterMillis, alarms)
      return alarms
    }
  })

const alarmsAfter = (
  afterMillis: number,
  clock: Clock.Clock,
  start: (work: Effect.Effect<void>) => void
): Alarms => {
  const line = new Line()
  let isWatched = false

  const watch: Effect.Effect<void> = Effect.gen(function* () {
    for (let oldest = line.first; oldest !== undefined; oldest = line.first) {
      const waitMillis = oldest.atMillis - clock.currentTimeMillisUnsafe()
      if (waitMillis > 0) {
        yield* Effect.sleep(waitMillis)
        continue
      }
      line.leave(oldest)
      start(oldest.ring)
    }
    isWatched = false
  })

  return {
    set: (ring) => {
      const alarm = line.enter(clock.currentTimeMillisUnsafe() + afterMillis, ring)
      // Goes on for its time after the last alarm was cancelled: starting again with the next one costs more than waking up for
      // nothing.
      if (!isWatched) {
        isWatched = true
        start(watch)
      }
      return () => line.leave(alarm)
    }
  }
}

interface Alarm {
  readonly atMillis: number
  readonly ring: Effect.Effect<void>
  before: Alarm | undefined
  behind: Alarm | undefined
  isSet: boolean
}

/** The alarms that are set, the oldest first: that one rings first, too. */
class Line {
  #first: Alarm | undefined
  #last: Alarm | undefined

  get first(): Alarm | undefined {
    return this.#first
  }

  enter(atMillis: number, ring: Effect.Effect<void>): Alarm {
    const before = this.#last
    const alarm: Alarm = { atMillis, ring, before, behind: undefined, isSet: true }
    this.#last = alarm
    if (before === undefined) this.#first = alarm
    else before.behind = alarm
    return alarm
  }

  leave(alarm: Alarm): void {
    if (!alarm.isSet) return
    alarm.isSet = false
    const { before, behind } = alarm
    if (before === undefined) this.#first = behind
    else before.behind = behind
    if (behind === undefined) this.#last = before
    else behind.before = before
    // If the garbage collector has moved this alarm among the old objects, it would otherwise keep every later alarm until a full
    // collection.
    alarm.before = undefined
    alarm.behind = undefined
  }
}
