/** What can go wrong in a simulation, as data. */
import type { Openid } from "../core/openid.ts"
import type { Chance } from "./chance.ts"

/** Kinds of faults, as `--faults` names them. */
export const faultNames = ["lost", "dropped", "crash", "evict", "flush", "skew"] as const
export type FaultName = (typeof faultNames)[number]

/** For whose sake the operation is made that goes wrong: a user's, or anybody's on one server. */
export type Target = { readonly user: Openid } | { readonly server: number }

/** What memcached may forget of a user, or of all. */
export const evictable = ["session", "room", "mail", "quota", "met", "lobby"] as const
export type Evictable = (typeof evictable)[number]

export type Fault =
  /** An operation is carried out, and its answer is lost. `skip`: how many operations pass before it. */
  | { readonly _tag: "LoseAnswer"; readonly target: Target; readonly skip: number }
  /** An operation is not carried out, and no answer comes. */
  | { readonly _tag: "Drop"; readonly target: Target; readonly skip: number }
  /** A server is killed at any instruction, and started again later. */
  | { readonly _tag: "Kill"; readonly server: number; readonly restartMillis: number }
  | { readonly _tag: "Evict"; readonly item: Evictable; readonly user: Openid }
  /** memcached forgets everything. */
  | { readonly _tag: "Flush" }
  /** The clock of a server goes wrong by `skewMillis`. */
  | { readonly _tag: "SetClock"; readonly server: number; readonly skewMillis: number }

/** The fault that comes with an action of a user, if one does. */
export const faultAfter = (
  user: Openid,
  options: {
    readonly faults: ReadonlyArray<FaultName>
    readonly faultRate?: number
    readonly servers: number
  },
  chance: Chance
): Fault | undefined => {
  let left = chance.nextDoubleUnsafe() / (options.faultRate ?? 1)
  for (const name of faultNames) {
    left -= shares[name]
    if (left < 0)
      return options.faults.includes(name) ? faultOf(name, user, options.servers, chance) : undefined
  }
  return undefined
}

/** The share of actions that meet a fault of a kind. */
const shares: Readonly<Record<FaultName, number>> = {
  lost: 0.01,
  dropped: 0.01,
  evict: 0.006,
  crash: 0.001,
  skew: 0.0005,
  flush: 0.0001
}

/** A server that was killed is back after this long at the most. */
export const longestRestartMillis = 15_000

/** Together, two clocks may be apart no more than the servers allow (`clocksApartSeconds`). */
export const largestSkewMillis = 3_000

/** An action takes about this many operations; the fault hits any of them. */
export const mostSkipped = 12

const faultOf = (name: FaultName, user: Openid, servers: number, chance: Chance): Fault => {
  const upTo = (limit: number) => Math.floor(chance.nextDoubleUnsafe() * limit)
  switch (name) {
    case "lost":
    case "dropped": {
      const target = upTo(4) === 0 ? { server: upTo(servers) } : { user }
      return { _tag: name === "lost" ? "LoseAnswer" : "Drop", target, skip: upTo(mostSkipped) }
    }
    case "crash":
      return { _tag: "Kill", server: upTo(servers), restartMillis: upTo(longestRestartMillis) }
    case "evict":
      return { _tag: "Evict", item: evictable[upTo(evictable.length)] ?? "session", user }
    case "flush":
      return { _tag: "Flush" }
    case "skew":
      return {
        _tag: "SetClock",
        server: upTo(servers),
        skewMillis: upTo(2 * largestSkewMillis) - largestSkewMillis
      }
  }
}
