import { Cause, Clock, Effect, Option } from "effect"
import type { MemcachedError } from "../memcached/memcached.ts"

/** An outage is over when sweeps have succeeded for this long: a room that cannot be had is looked at every few seconds only. */
const outageOverMillis = 10_000

/** An outage is told once at its beginning and once at its end, not every second; an error of ours in it is told as well, once. */
export const makeSweepLog = () => {
  let told: "problem" | "defect" | undefined
  let failedAtMillis = 0
  const failed = Effect.fnUntraced(function* (cause: Cause.Cause<MemcachedError>) {
    failedAtMillis = yield* Clock.currentTimeMillis
    const problem = Cause.hasDies(cause) ? Option.none() : Cause.findErrorOption(cause)
    if (told === "defect" || (told === "problem" && Option.isSome(problem))) return
    told = Option.isSome(problem) ? "problem" : "defect"
    if (Option.isNone(problem)) return yield* Effect.logError("a sweep failed", cause)
    yield* Effect.logWarning("a sweep could not do everything; the rest is tried again", {
      problem: problem.value.message
    })
  })
  const succeeded = Effect.gen(function* () {
    if (told === undefined) return
    if ((yield* Clock.currentTimeMillis) - failedAtMillis < outageOverMillis) return
    told = undefined
    yield* Effect.logInfo("sweeps can do everything again")
  })
  return { failed, succeeded }
}
