import type { DateTime } from "effect"
import { clockOf, schoolTimeAt } from "../core/calendar.ts"
import { minuteMillis } from "../core/durations.ts"
import type { Sentence } from "../core/sentence.ts"
import type { Liveliness } from "./rooms.ts"

/** What 配对 shows of a pair: since when by the school's clock, for how long, and how many lines went through. */
export const showPairing = (
  sinceMillis: number,
  now: number,
  timeZone: DateTime.TimeZone,
  { spokeAtMillis, lines }: Liveliness
): Sentence => {
  // Never spoken: none. Spoken, but the count is lost: unknown.
  const known = lines ?? (spokeAtMillis === undefined ? 0 : undefined)
  return {
    _tag: "PairingShown",
    since: clockOf(schoolTimeAt(sinceMillis, timeZone).minute),
    minutes: Math.max(0, Math.floor((now - sinceMillis) / minuteMillis)),
    ...(known === undefined ? {} : { lines: known })
  }
}
