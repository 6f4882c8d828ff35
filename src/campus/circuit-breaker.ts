import { Clock, Effect } from "effect"

/** After how many failures in a row a call rests: a school that is down is not asked by everybody, all the time. */
const failuresUntilResting = 8

/** How long it rests; then one call tries again, and its outcome counts for the others. */
const restMillis = 5_000

/**
 * A circuit breaker for one call. `isFailure` says which errors mean that the other side is unwell; `resting` is the error of a
 * call that is not tried.
 */
export const makeCircuitBreaker = <E>(isFailure: (error: E) => boolean, resting: E) => {
  let failures = 0
  let restsUntilMillis = 0

  return <A, R>(call: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      if (failures >= failuresUntilResting) {
        if (now < restsUntilMillis) return Effect.fail(resting)
        // While this call tries, the others wait for its outcome.
        restsUntilMillis = now + restMillis
      }
      return call.pipe(
        Effect.tap(() => Effect.sync(() => void (failures = 0))),
        Effect.tapError((error) =>
          Effect.map(Clock.currentTimeMillis, (failedAt) => {
            failures = isFailure(error) ? failures + 1 : 0
            restsUntilMillis = failedAt + restMillis
          })
        )
      )
    })
}
