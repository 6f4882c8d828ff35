import { Clock, Effect } from "effect"

const pollMillis = 15

/** Looks until there is something to see; dies when nothing came in time. */
export const eventually = <A>(
  what: string,
  look: () => A | undefined | Promise<A | undefined>,
  withinMillis = 5_000
): Effect.Effect<A> =>
  Effect.gen(function* () {
    const startMillis = yield* Clock.currentTimeMillis
    for (;;) {
      const seen = yield* Effect.promise(async () => look())
      if (seen !== undefined) return seen
      const now = yield* Clock.currentTimeMillis
      if (now - startMillis > withinMillis) {
        return yield* Effect.die(new Error(`did not happen within ${withinMillis} ms: ${what}`))
      }
      yield* Effect.sleep(pollMillis)
    }
  })
