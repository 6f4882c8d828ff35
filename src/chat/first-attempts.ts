/** A message no older than this is not one that WeChat sends again: its attempts are 5 s apart. Half of that is for two clocks. */
const firstAttemptMillis = 2_500

/** At least so many of the last messages this server remembers: those of `firstAttemptMillis` at more than five thousand a second. */
const remembered = 16_384

/**
 * Tells a message that WeChat has just sent for the first time from one that it sends again, without asking anybody: by its age, and by
 * what this server has seen. WeChat opens a window for pushes with the first attempt only, so a later one must not open it anew.
 */
export const makeFirstAttempts = () => {
  // When the younger is full it becomes the older, which is forgotten as a whole: to take the oldest out of one set looks through holes.
  let older = new Set<string>()
  let younger = new Set<string>()

  /** `key`: the same for every attempt of a message. Of two calls with the same key at most one gives true. */
  return (key: string, createTimeSeconds: number, nowMillis: number): boolean => {
    const isNew = !younger.has(key) && !older.has(key)
    younger.add(key)
    if (younger.size >= remembered) {
      older = younger
      younger = new Set()
    }
    return isNew && Math.abs(nowMillis - createTimeSeconds * 1_000) < firstAttemptMillis
  }
}
