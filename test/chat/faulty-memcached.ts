/** A memcached whose answers get lost on demand. */
import { Effect, Layer } from "effect"
import { Memcached, type MemcachedError, MemcachedUnanswered } from "../../src/memcached/memcached.ts"
import { oneByOne } from "../../src/memcached/one-by-one.ts"

type Operation = MemcachedUnanswered["operation"]

/** `proceed`: carried out and answered · `loseAnswer`: carried out, no answer · `drop`: neither. */
export type Fate = "proceed" | "loseAnswer" | "drop"

/** Decides about each operation as it comes; may be replaced while the service runs. */
export interface FaultPlan {
  fateOf: (operation: Operation, key: string) => Fate
  /** How long an operation takes, in milliseconds. */
  takesMillis: (operation: Operation, key: string) => number
  /** Whether others act between any two operations, as on a network. Not together with a test clock that is moved meanwhile. */
  interleaved: boolean
}

export const noFaults = (): FaultPlan => ({
  fateOf: () => "proceed",
  takesMillis: () => 0,
  interleaved: false
})

/** The next operation of a kind fails in this way, all others go well. */
export const failOnce = (plan: FaultPlan, which: Operation, keyPrefix: string, fate: Fate): void => {
  plan.fateOf = (operation, key) => {
    if (operation !== which || !key.startsWith(keyPrefix)) return "proceed"
    plan.fateOf = noFaults().fateOf
    return fate
  }
}

/** From now on nothing is answered. */
export const failAlways = (plan: FaultPlan, fate: "loseAnswer" | "drop"): void => {
  plan.fateOf = () => fate
}

export const faultyMemcached = (plan: FaultPlan): Layer.Layer<Memcached, never, Memcached> =>
  Layer.effect(
    Memcached,
    Effect.map(Memcached, (real) => {
      const pause = (operation: Operation, key: string) => {
        const millis = plan.takesMillis(operation, key)
        if (millis > 0) return Effect.sleep(millis)
        return plan.interleaved ? Effect.yieldNow : Effect.void
      }
      const meet = <A>(
        operation: Operation,
        key: string,
        carryOut: Effect.Effect<A, MemcachedError>
      ): Effect.Effect<A, MemcachedError> =>
        Effect.andThen(pause(operation, key), () => {
          const lost = Effect.fail(
            new MemcachedUnanswered({ server: "faulty", operation, keyPrefix: "", problem: "lost" })
          )
          const fate = plan.fateOf(operation, key)
          if (fate === "proceed") return carryOut
          return fate === "drop" ? lost : Effect.andThen(carryOut, lost)
        })
      return oneByOne({
        get: (key) => meet("get", key, real.get(key)),
        gets: (key) => meet("gets", key, real.gets(key)),
        set: (key, value, ttl) => meet("set", key, real.set(key, value, ttl)),
        add: (key, value, ttl) => meet("add", key, real.add(key, value, ttl)),
        cas: (key, value, version, ttl) => meet("cas", key, real.cas(key, value, version, ttl)),
        delete: (key, version) => meet("delete", key, real.delete(key, version)),
        append: (key, value) => meet("append", key, real.append(key, value)),
        increment: (key, by, initial, ttl) => meet("increment", key, real.increment(key, by, initial, ttl)),
        servers: real.servers
      })
    })
  )
