import { Effect, Fiber, type Scope } from "effect"

/** How long a question for which nobody waits may wait for another to leave with; under load one comes long before. */
const piggybackMillis = 5

/** Questions that are held back until another is asked, or for `piggybackMillis`. */
export interface Piggyback {
  readonly defer: (act: () => void) => void
  /** Asks all that are held back, in the order in which they came. */
  readonly flush: () => void
}

export const makePiggyback: Effect.Effect<Piggyback, never, Scope.Scope> = Effect.gen(function* () {
  const scope = yield* Effect.scope
  const run = Effect.runForkWith(yield* Effect.context<never>())
  let waiting: Array<() => void> = []
  let isTimed = false
  let isClosed = false

  const flush = (): void => {
    if (waiting.length === 0) return
    const acts = waiting
    waiting = []
    for (const act of acts) act()
  }
  const inTime = Effect.delay(
    Effect.sync(() => {
      isTimed = false
      flush()
    }),
    piggybackMillis
  )

  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      isClosed = true
      flush()
    })
  )
  return {
    defer: (act) => {
      // No further question comes, and the closed connection says that this one fails.
      if (isClosed) return act()
      waiting.push(act)
      if (isTimed) return
      isTimed = true
      Fiber.runIn(run(inTime), scope)
    },
    flush
  }
})
