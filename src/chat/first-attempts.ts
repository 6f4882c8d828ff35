/** A message no older than this is not one that WeChat sends again: its attempts are 5 s apart. Half of that is for two clocks. */
const firstAttemptMillis = 2_500

/** Messages that this server remembers: those of `firstAttemptMillis` at more than a thousand a second. */
const remembered = 4_096

/**
 * Tells a message that WeChat has just sent for the first time from one that it sends again, without asking anybody: by its age, and by
 * what this server has seen. WeChat opens a window for pushes with the first attempt only, so a later one must not open it anew.
 */
export const makeFirstAttempts = () => {
  const seen = new Set<string>()

  /** `key`: the same for every attempt of a message. Of two calls with the same key at most one gives true. */
  return (key: string, createTimeSeconds: number, nowMillis: number): boolean => {
    const isNew = !seen.has(key)
    seen.add(key)
    for (const oldest of seen) {
      if (seen.size <= remembered) break
      seen.delete(oldest)
    }
    return isNew && Math.abs(nowMillis - createTimeSeconds * 1_000) < firstAttemptMillis
  }
}
