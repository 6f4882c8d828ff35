import { Cause, Effect } from "effect"

/** After an error of ours, so that one that comes with every round fills no log in a second. */
const afterErrorMillis = 100

/**
 * Does one round after another, for ever. An error of ours in one of them is logged, and the next begins: nobody else would begin it, and whoever
 * relies on it would wait in vain. `what` it is that goes on, for the log.
 */
export const unending = <R>(what: string, round: Effect.Effect<unknown, never, R>) =>
  round.pipe(
    Effect.catchCause((cause) =>
      Cause.hasInterrupts(cause)
        ? Effect.failCause(cause)
        : Effect.andThen(
            Effect.logError("a round failed; the next one begins", { what, cause: Cause.pretty(cause) }),
            Effect.sleep(afterErrorMillis)
          )
    ),
    Effect.forever
  )
