/**
 * Metrics of the operations on real servers: how many, how they ended, how long they took. Counted in plain numbers, which the
 * registry reads when somebody wants to see them: updating two of Effect's metrics costs as much as the operation.
 */
import { type Clock, Context, Effect, Metric } from "effect"
import type { Operation } from "./backend.ts"

export type OperationOutcome = "done" | "refused" | "unavailable" | "unanswered"

/** From a loopback round trip to the operation's time-out, in seconds. */
const boundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]

export interface OperationMeter {
  /** The time, read once in a turn of the event loop: what is sent together leaves and arrives together. */
  readonly seconds: () => number
  readonly record: (operation: Operation, outcome: OperationOutcome, startSeconds: number) => void
}

/** Measures without effects of its own, since it stands in the path of every operation. */
export const operationMeter: Effect.Effect<OperationMeter> = Effect.contextWith(
  (context: Context.Context<never>) =>
    Effect.clockWith((clock: Clock.Clock) =>
      Effect.sync(() => {
        const tallies = talliesIn(context)
        const seconds = oncePerTurn(() => Number(clock.monotonicTimeNanosUnsafe()) / 1e9)
        return {
          seconds,
          record: (operation: Operation, outcome: OperationOutcome, startSeconds: number) => {
            tallies.count(operation, outcome)
            tallies.time(operation, seconds() - startSeconds)
          }
        }
      })
    )
)

const oncePerTurn = (read: () => number): (() => number) => {
  let known: number | undefined
  const forget = () => {
    known = undefined
  }
  return () => {
    if (known !== undefined) return known
    queueMicrotask(forget)
    known = read()
    return known
  }
}

/** All meters that report to one registry count together. */
const talliesByRegistry = new WeakMap<object, Tallies>()

const talliesIn = (context: Context.Context<never>): Tallies => {
  const registry = Context.get(context, Metric.MetricRegistry)
  const known = talliesByRegistry.get(registry) ?? new Tallies(context)
  talliesByRegistry.set(registry, known)
  return known
}

class Tallies {
  readonly #context: Context.Context<never>
  readonly #counts = new Map<Operation, Partial<Record<OperationOutcome, { count: number }>>>()
  readonly #times = new Map<Operation, Times>()

  constructor(context: Context.Context<never>) {
    this.#context = context
  }

  count(operation: Operation, outcome: OperationOutcome): void {
    let counts = this.#counts.get(operation)
    if (counts === undefined) this.#counts.set(operation, (counts = {}))
    const known = (counts[outcome] ??= this.#newCount(operation, outcome))
    known.count += 1
  }

  time(operation: Operation, seconds: number): void {
    let times = this.#times.get(operation)
    if (times === undefined) this.#times.set(operation, (times = this.#newTimes(operation)))
    times.add(seconds)
  }

  #newCount(operation: Operation, outcome: OperationOutcome): { count: number } {
    const tally = { count: 0 }
    const counter = Metric.counter("memcached_operations_total", {
      description: "Operations on memcached by outcome",
      incremental: true,
      attributes: { operation, outcome }
    })
    Metric.registerUnsafe(counter, this.#context, {
      ...readOnly,
      get: () => ({ count: tally.count, incremental: true })
    })
    return tally
  }

  #newTimes(operation: Operation): Times {
    const times = new Times()
    const histogram = Metric.histogram("memcached_operation_seconds", {
      description: "Time from asking memcached to its answer or to giving up",
      boundaries,
      attributes: { operation }
    })
    Metric.registerUnsafe(histogram, this.#context, { ...readOnly, get: () => times.state })
    return times
  }
}

const readOnly = { update: () => undefined, modify: () => undefined }

/** A histogram in plain numbers. */
class Times {
  /** How many took at most each of the boundaries, and more than the one before; longer ones are counted in `#count` only. */
  readonly #within = boundaries.map(() => 0)
  #count = 0
  #sum = 0
  #min = Number.MAX_VALUE
  #max = -Number.MAX_VALUE

  add(seconds: number): void {
    let place = 0
    while (place < boundaries.length && seconds > (boundaries[place] ?? 0)) place += 1
    if (place < boundaries.length) this.#within[place] = (this.#within[place] ?? 0) + 1
    this.#count += 1
    this.#sum += seconds
    if (seconds < this.#min) this.#min = seconds
    if (seconds > this.#max) this.#max = seconds
  }

  get state(): Metric.HistogramState {
    let cumulated = 0
    const buckets = boundaries.map((boundary, place) => {
      cumulated += this.#within[place] ?? 0
      return [boundary, cumulated] satisfies [number, number]
    })
    return { buckets, count: this.#count, min: this.#min, max: this.#max, sum: this.#sum }
  }
}
