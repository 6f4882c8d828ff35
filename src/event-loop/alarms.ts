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
  Effect.map(makeAlarmsOfAnyTime, (alarmsAfter) => alarmsAfter(afterMillis))

/** The same where the time is known later; of any time there are `Alarms` once, so these should be a few constants. */
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
      // Goes on when the last alarm was taken back, until its time: to begin anew with the next costs more than to wake up for nothing.
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
    // One that the garbage collector has moved among the old would otherwise keep all that came after it, until all is collected.
    alarm.before = undefined
    alarm.behind = undefined
  }
}
