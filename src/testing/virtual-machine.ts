import { type Clock, Duration, Effect, type Scheduler } from "effect"

/**
 * A computer of our own: tasks of all fibers run in the order in which they were made, on this thread, when `drain` is called;
 * time stands still until it is moved. So the driver of the machine decides every interleaving, and the same driving gives the
 * same run.
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

  /** Calls `ring` when time reaches `atMillis`; what it gives back cancels that. */
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
    if (timer !== undefined) this.#ring(timer)
    return timer !== undefined
  }

  /** Moves time on, ringing every timer on the way. */
  advance(millis: number): void {
    const end = this.now + millis
    for (let next = this.#timers.peek(); next !== undefined && next.atMillis <= end;) {
      this.#timers.pop()
      this.#ring(next)
      next = this.#timers.peek()
    }
    this.now = end
  }

  #ring({ atMillis, ring }: Timer): void {
    this.now = Math.max(this.now, atMillis)
    ring?.()
    this.drain()
  }

  /**
   * The clock of one computer, which may be wrong by some milliseconds; it shows whole ones. While `isRunning` says no, nothing
   * that sleeps on it wakes up.
   */
  clock(skewMillis = () => 0, isRunning = () => true): Clock.Clock {
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
          const cancel = this.at(this.now + Math.max(0, Duration.toMillis(duration)), () => {
            if (isRunning()) resume(Effect.void)
          })
          return Effect.sync(cancel)
        })
    }
  }
}

/** When virtual time begins: a Tuesday morning of a term in Shanghai. */
const virtualStartMillis = Date.UTC(2026, 8, 15, 1, 0, 0)

const nanosPerMilli = 1_000_000n

/** As in Effect's own scheduler: a fiber that computes without end must not lock the machine. */
const operationsBeforeYield = 2_048

interface Timer {
  readonly atMillis: number
  readonly order: number
  ring: (() => void) | undefined
}

/** Timers by time, then by the order in which they were made: a heap with four children to a place, half as deep as one with two. */
class TimerHeap {
  readonly #timers: Array<Timer> = []

  push(timer: Timer): void {
    const timers = this.#timers
    let place = timers.length
    timers.push(timer)
    while (place > 0) {
      const above = (place - 1) >> 2
      const parent = timers[above]
      if (parent === undefined || !isBefore(timer, parent)) break
      timers[place] = parent
      place = above
    }
    timers[place] = timer
  }

  /** The first timer that was not taken back. */
  peek(): Timer | undefined {
    let first = this.#timers[0]
    while (first !== undefined && first.ring === undefined) {
      this.#removeFirst()
      first = this.#timers[0]
    }
    return first
  }

  pop(): Timer | undefined {
    const first = this.peek()
    if (first !== undefined) this.#removeFirst()
    return first
  }

  /** Moves the last timer down from the top until nothing below it is earlier. */
  #removeFirst(): void {
    const timers = this.#timers
    const last = timers.pop()
    if (last === undefined || timers.length === 0) return
    let place = 0
    for (;;) {
      const below = 4 * place + 1
      let least: Timer | undefined
      let leastPlace = below
      for (let child = below; child < below + 4 && child < timers.length; child += 1) {
        const timer = timers[child]
        if (timer === undefined || (least !== undefined && !isBefore(timer, least))) continue
        least = timer
        leastPlace = child
      }
      if (least === undefined || !isBefore(least, last)) break
      timers[place] = least
      place = leastPlace
    }
    timers[place] = last
  }
}

const isBefore = (one: Timer, other: Timer): boolean =>
  one.atMillis < other.atMillis || (one.atMillis === other.atMillis && one.order < other.order)
