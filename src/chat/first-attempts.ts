import { RecentKeys } from "./recent-keys.ts"

/** A message no older than this is not one that WeChat sends again: its attempts are 5 s apart. Half of that is for two clocks. */
const firstAttemptMillis = 2_500

/** How many of the last messages this server remembers: those of `firstAttemptMillis` at more than 5,000 a second. */
const remembered = 16_384

/**
 * Tells a message that WeChat has just sent for the first time from one that it sends again, without asking anybody: by its age, and by
 * what this server has seen. WeChat opens a window for pushes with the first attempt only, so a later one must not open it anew.
 */
export const makeFirstAttempts = () => {
  const recent = new RecentKeys(remembered)

  /** `key`: the same for every attempt of a message. Of two calls with the same key at most one gives true. */
  return (key: string, createTimeSeconds: number, nowMillis: number): boolean => {
    const isNew = recent.add(key)
    return isNew && Math.abs(nowMillis - createTimeSeconds * 1_000) < firstAttemptMillis
  }
}
