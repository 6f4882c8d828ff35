import { type Clock, Duration, Effect, type Scheduler } from "effect"

/**
 * A computer of our own: tasks of all fibers run in the order in which they were made, on this thread, when `drain` is called;
 * time stands still until it is moved. Whoever drives it therefore owns every interleaving, and the same driving gives the same
 * run.
 */
export class VirtualMachine {
  /** Milliseconds since 1970. */
  now: number
  readonly scheduler: Scheduler.Scheduler

  readonly #tasks: Array<() => void> = []
  #done = 0
  readonly #timers = new TimerHeap()
  #timersMade = 0

  constructor(startMillis = virtualStartMillis) {
    this.now = startMillis
    const dispatcher: Scheduler.SchedulerDispatcher = {
      scheduleTask: (task) => {
        this.#tasks.push(task)
      },
      flush: () => this.drain()
    }
    this.scheduler = {
      executionMode: "sync",
      shouldYield: (fiber) => fiber.currentOpCount >= operationsBeforeYield,
      makeDispatcher: () => dispatcher
    }
  }

  /** Runs tasks until every fiber waits for something. */
  drain(): void {
    for (let task = this.#tasks[this.#done]; task !== undefined; task = this.#tasks[this.#done]) {
      this.#done += 1
      task()
    }
    this.#tasks.length = 0
    this.#done = 0
  }

  /** Has `ring` called when time reaches `atMillis`; the answer takes that back. */
  at(atMillis: number, ring: () => void): () => void {
    const timer: Timer = { atMillis, order: this.#timersMade++, ring }
    this.#timers.push(timer)
    return () => {
      timer.ring = undefined
    }
  }

  /** When the next timer rings; undefined: nothing waits for time. */
  nextTimer(): number | undefined {
    return this.#timers.peek()?.atMillis
  }

  /** Moves time to the next timer and rings it; false: there is none. */
  ringNext(): boolean {
    const timer = this.#timers.pop()
    if (timer === undefined) return false
    this.now = Math.max(this.now, timer.atMillis)
    timer.ring?.()
    this.drain()
    return true
  }

  /** Moves time on, ringing every timer on the way. */
  advance(millis: number): void {
    const end = this.now + millis
    for (let next = this.nextTimer(); next !== undefined && next <= end; next = this.nextTimer())
      this.ringNext()
    this.now = end
  }

  /** The clock of one computer, which may be wrong by some milliseconds; it shows whole ones. */
  clock(skewMillis = () => 0): Clock.Clock {
    const millis = () => Math.floor(this.now) + skewMillis()
    const nanos = () => BigInt(millis()) * nanosPerMilli
    return {
      currentTimeMillisUnsafe: millis,
      currentTimeMillis: Effect.sync(millis),
      currentTimeNanosUnsafe: nanos,
      currentTimeNanos: Effect.sync(nanos),
      monotonicTimeNanosUnsafe: nanos,
      monotonicTimeNanos: Effect.sync(nanos),
      sleep: (duration) =>
        Effect.callback<void>((resume) => {
          const cancel = this.at(this.now + Math.max(0, Duration.toMillis(duration)), () =>
            resume(Effect.void)
          )
          return Effect.sync(cancel)
        })
    }
  }
}

/** When virtual time begins: a Tuesday morning of a term in Shanghai. */
export const virtualStartMillis = Date.UTC(2026, 8, 15, 1, 0, 0)

const nanosPerMilli = 1_000_000n

/** As Effect's own scheduler: a fiber that computes without end must not lock the machine. */
const operationsBeforeYield = 2_048

interface Timer {
  readonly atMillis: number
  readonly order: number
  ring: (() => void) | undefined
}

/** Timers by time, then by the order in which they were made. */
class TimerHeap {
  readonly #timers: Array<Timer> = []

  push(timer: Timer): void {
    const timers = this.#timers
    timers.push(timer)
    let place = timers.length - 1
    while (place > 0) {
      const parent = (place - 1) >> 1
      if (!this.#before(place, parent)) break
      this.#swap(place, parent)
      place = parent
    }
  }

  /** The first timer that was not taken back. */
  peek(): Timer | undefined {
    while (this.#timers[0] !== undefined && this.#timers[0].ring === undefined) this.#removeFirst()
    return this.#timers[0]
  }

  pop(): Timer | undefined {
    const first = this.peek()
    if (first !== undefined) this.#removeFirst()
    return first
  }

  #removeFirst(): void {
    const timers = this.#timers
    const last = timers.pop()
    if (last === undefined || timers.length === 0) return
    timers[0] = last
    let place = 0
    for (;;) {
      const left = 2 * place + 1
      const right = left + 1
      let least = place
      if (left < timers.length && this.#before(left, least)) least = left
      if (right < timers.length && this.#before(right, least)) least = right
      if (least === place) return
      this.#swap(place, least)
      place = least
    }
  }

  #before(one: number, other: number): boolean {
    const a = this.#timers[one]
    const b = this.#timers[other]
    if (a === undefined || b === undefined) return false
    return a.atMillis < b.atMillis || (a.atMillis === b.atMillis && a.order < b.order)
  }

  #swap(one: number, other: number): void {
    const timers = this.#timers
    const a = timers[one]
    const b = timers[other]
    if (a === undefined || b === undefined) return
    timers[one] = b
    timers[other] = a
  }
}
