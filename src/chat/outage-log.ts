/** Tells the operator of work that is repeated for as long as the process lives, and fails for a while. */
import { Cause, Clock, Effect } from "effect"
import { hourMillis } from "../core/durations.ts"

/** While it goes on failing it is told again this often: an outage that nobody mends must not be one line of last week. */
const againMillis = hourMillis

export interface OutageLog {
  /** Runs the work. A failure is logged when it is the first after a success, and then once an hour. */
  readonly watch: <A, E extends { readonly message: string }, R>(
    work: Effect.Effect<A, E, R>
  ) => Effect.Effect<void, never, R>
}

export const makeOutageLog = (words: { readonly begins: string; readonly ends: string }): OutageLog => {
  let toldAtMillis: number | undefined

  const failed = Effect.fnUntraced(function* (cause: Cause.Cause<{ readonly message: string }>) {
    const now = yield* Clock.currentTimeMillis
    if (toldAtMillis !== undefined && now - toldAtMillis < againMillis) return
    toldAtMillis = now
    const error = Cause.findErrorOption(cause)
    yield* error._tag === "Some"
      ? Effect.logWarning(words.begins, { problem: error.value.message })
      : // A mistake of ours.
        Effect.logError(words.begins, cause)
  })

  const succeeded = Effect.suspend(() => {
    if (toldAtMillis === undefined) return Effect.void
    toldAtMillis = undefined
    return Effect.logInfo(words.ends)
  })

  return {
    watch: (work) =>
      Effect.matchCauseEffect(work, {
        onFailure: (cause) => (Cause.hasInterruptsOnly(cause) ? Effect.interrupt : failed(cause)),
        onSuccess: () => succeeded
      })
  }
}
