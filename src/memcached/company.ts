import { Effect, Fiber, type Scope } from "effect"

/** How long what nobody waits for waits for something to leave with: a server under load asks anew long before, and nobody notices. */
const companyMillis = 5

/** Things that are not done before something else is, or their time is over. */
export interface Company {
  readonly wait: (act: () => void) => void
  /** Does all that wait, in the order in which they came. */
  readonly leave: () => void
}

export const makeCompany: Effect.Effect<Company, never, Scope.Scope> = Effect.gen(function* () {
  const scope = yield* Effect.scope
  const run = Effect.runForkWith(yield* Effect.context<never>())
  let waiting: Array<() => void> = []
  let isTimed = false

  const leave = (): void => {
    if (waiting.length === 0) return
    const acts = waiting
    waiting = []
    for (const act of acts) act()
  }
  const inTime = Effect.delay(
    Effect.sync(() => {
      isTimed = false
      leave()
    }),
    companyMillis
  )

  yield* Effect.addFinalizer(() => Effect.sync(leave))
  return {
    wait: (act) => {
      waiting.push(act)
      if (isTimed) return
      isTimed = true
      Fiber.runIn(run(inTime), scope)
    },
    leave
  }
})
