import { DateTime } from "effect"
import type { Sentence } from "../core/sentence.ts"
import type { Liveliness } from "./rooms.ts"

const minuteMillis = 60_000

/** What 配对 shows of a pair: since when by the school's clock, for how long, and how many lines went through. */
export const showPairing = (
  sinceMillis: number,
  now: number,
  timeZone: DateTime.TimeZone,
  { spokeAtMillis, lines }: Liveliness
): Sentence => {
  const { hour, minute } = DateTime.toParts(DateTime.makeZonedUnsafe(sinceMillis, { timeZone }))
  // Never spoken: none. Spoken, but the count is lost: unknown.
  const known = lines ?? (spokeAtMillis === undefined ? 0 : undefined)
  return {
    _tag: "PairingShown",
    since: `${twoDigits(hour)}:${twoDigits(minute)}`,
    minutes: Math.max(0, Math.floor((now - sinceMillis) / minuteMillis)),
    ...(known === undefined ? {} : { lines: known })
  }
}

const twoDigits = (number: number): string => String(number).padStart(2, "0")
