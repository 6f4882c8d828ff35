/** Metrics of the real servers' operations: how many, how they ended, how long they took. */
import { type Clock, type Context, Effect, Metric } from "effect"
import type { Operation } from "./backend.ts"

export type OperationOutcome = "done" | "refused" | "unavailable" | "unanswered"

/** From a loopback round trip to the operation's time-out. */
const boundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]

const counter = cached((operation: Operation) =>
  cached((outcome: OperationOutcome) =>
    Metric.counter("memcached_operations_total", {
      description: "Operations on memcached by outcome",
      incremental: true,
      attributes: { operation, outcome }
    })
  )
)

const histogram = cached((operation: Operation) =>
  Metric.histogram("memcached_operation_seconds", {
    description: "Time from asking memcached to its answer or to giving up",
    boundaries,
    attributes: { operation }
  })
)

export interface OperationMeter {
  readonly startNanos: () => bigint
  readonly record: (operation: Operation, outcome: OperationOutcome, startNanos: bigint) => void
}

/** Measures without effects of its own, since it stands in the path of every operation. */
export const operationMeter: Effect.Effect<OperationMeter> = Effect.contextWith(
  (context: Context.Context<never>) =>
    Effect.clockWith((clock: Clock.Clock) =>
      Effect.succeed({
        startNanos: () => clock.monotonicTimeNanosUnsafe(),
        record: (operation: Operation, outcome: OperationOutcome, startNanos: bigint) => {
          counter(operation)(outcome).updateUnsafe(1, context)
          const seconds = Number(clock.monotonicTimeNanosUnsafe() - startNanos) / 1e9
          histogram(operation).updateUnsafe(seconds, context)
        }
      })
    )
)

function cached<K extends string, A>(make: (key: K) => A): (key: K) => A {
  const made = new Map<K, A>()
  return (key) => {
    const known = made.get(key)
    if (known !== undefined) return known
    const fresh = make(key)
    made.set(key, fresh)
    return fresh
  }
}
