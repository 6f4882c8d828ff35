import { Effect, Exit, Latch } from "effect"
import type { Openid } from "../core/openid.ts"
import { unending } from "../event-loop/unending.ts"
import type { MemcachedError } from "../memcached/memcached.ts"

/** WeChat was busy, or there was no token: such things pass within seconds. */
const putOffMillis = 10_000

/** If so many people are remembered, the mail of others goes with the next thing that happens to them. */
const mostPutOff = 10_000

/** How many are tried side by side when a pause is over: few, so that they do not bring about the next one. */
const triedAtOnce = 4

/**
 * Remembers whose mail could not be pushed for a reason that passes, and tries again later. In this process only: if that ends, mail waits
 * for its receiver's next message, or the next line to them.
 */
export const makePutOff = Effect.gen(function* () {
  const anybody = yield* Latch.make(false)
  const people = new Set<Openid>()

  const add = (to: Openid) =>
    Effect.suspend(() => {
      if (people.size < mostPutOff) people.add(to)
      return anybody.open
    })

  /** Never ends. `pauseMillis`: for how long nobody may be pushed to. */
  const tryAgain = (
    flush: (to: Openid) => Effect.Effect<void, MemcachedError>,
    pauseMillis: Effect.Effect<number>
  ) =>
    unending(
      "pushing what was put off",
      Effect.gen(function* () {
        yield* anybody.await
        yield* Effect.sleep(Math.max(putOffMillis, yield* pauseMillis))
        yield* anybody.close
        const due = [...people]
        people.clear()
        const exits = yield* Effect.forEach(due, (to) => Effect.exit(flush(to)), { concurrency: triedAtOnce })
        // Of whom memcached was away for, the mail waits for the next thing that happens to them. An error of ours is for the log.
        yield* Effect.ignore(exits.find(Exit.hasDies) ?? Exit.void)
      })
    )

  return { add, tryAgain }
})
