/** How long operations take in a simulation. */
import { drawFrom, hashOf } from "./chance.ts"
import type { Operation } from "./operation.ts"

/** Milliseconds from beginning an operation at a time to its end. */
export type Latency = (operation: Operation, now: number) => number

/**
 * Drawn for the operation and nothing else, so that it is the same in a part of a story as in the whole. `slowShare`: the share
 * of memcached operations that are slow, as if a packet was lost or a machine stood still; one of a hundred unless told
 * otherwise.
 */
export const latencyFrom =
  (seed: number, slowShare = 0.01): Latency =>
  ({ actor, name, key }, now) => {
    const hash = hashOf(`${actor} ${name} ${steadyPart(key)} ${now}`, seed)
    const [least, most] =
      name === "push" ? pushMillis : drawFrom(hash, slow) < slowShare ? slowMillis : memcachedMillis
    return least + drawFrom(hash, length) * (most - least)
  }

/** What is drawn from the hash of one operation. */
const slow = 1
const length = 2

/** A round trip to memcached in one data centre, and a push through WeChat's API. */
const memcachedMillis = [0.2, 2] as const
const slowMillis = [10, 800] as const
const pushMillis = [50, 300] as const

/** The part of a key that does not depend on what else happens in a story: rooms have random names. */
const steadyPart = (key: string): string => {
  const colon = key.indexOf(":")
  return colon < 0 || key.charAt(colon + 1) === "u" ? key : key.slice(0, colon)
}
