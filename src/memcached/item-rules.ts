/** What memcached accepts as key, value and time to live; both layers obey the same rules. */
import { daySeconds } from "../core/durations.ts"

/** Memcached refuses longer keys (protocol.txt, "Keys"). */
export const longestKeyBytes = 250

/** Memcached reads a larger time to live as a date (protocol.txt, "Expiration times"): 30 days. */
export const longestTtlSeconds = 30 * daySeconds

/**
 * A default server stores items up to 1 MiB, with their key and its own header inside; 512 bytes cover both.
 * We refuse before sending, since a server that refuses a `set` also drops the value that was there.
 */
export const largestValueBytes = 1024 * 1024 - 512

/** Memcached counts in 64 bits; beyond this a JavaScript number would not be the value that is stored. */
export const largestCount = Number.MAX_SAFE_INTEGER

export type KeyProblem = "Empty" | "TooLong" | "SpaceOrControl" | "NotUnicode"

const spaceOrControl = /[\s\p{Cc}]/u

/** A character that no key of ours has. To look for one takes less time than to match the whole key, and every operation does it. */
const unusualCharacter = /[^!-~]/

/** `undefined` for a key that memcached accepts. */
export const keyProblem = (key: string): KeyProblem | undefined => {
  if (key === "") return "Empty"
  if (key.length <= longestKeyBytes && !unusualCharacter.test(key)) return undefined
  if (Buffer.byteLength(key) > longestKeyBytes) return "TooLong"
  if (spaceOrControl.test(key)) return "SpaceOrControl"
  return key.isWellFormed() ? undefined : "NotUnicode"
}

export const valueFits = (value: string): boolean =>
  value.length * 3 <= largestValueBytes || Buffer.byteLength(value) <= largestValueBytes

/** Whole seconds from 1 to {@link longestTtlSeconds}: a fraction counts as a whole second, anything outside is clamped. */
export const clampTtlSeconds = (ttlSeconds: number): number =>
  ttlSeconds >= longestTtlSeconds ? longestTtlSeconds : ttlSeconds > 1 ? Math.ceil(ttlSeconds) : 1

export const isCount = (count: number): boolean => Number.isSafeInteger(count) && count >= 0

const kindOfKey = /^[a-z-]{1,16}(?=:|$)/

/** The part before the first `:`, which says what kind of item a key names; the rest may hold an openid and is never shown. */
export const keyPrefix = (key: string): string => kindOfKey.exec(key)?.[0] ?? ""
