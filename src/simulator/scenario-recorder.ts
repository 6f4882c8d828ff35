/** Writes a session down as a scenario while it goes on: acts, what the phones showed, pauses, and changed conditions. */
import { type Conditions, goodConditions } from "./conditions.ts"
import type { Change, Snapshot } from "./phone-book.ts"
import type { Bubble } from "./phone.ts"
import { maxSteps, scenarioFormat, type Expected, type Scenario, type Step } from "./scenario.ts"

/** What was recorded so far; the newest step last. */
export interface Recording {
  readonly conditions: Conditions
  readonly phonesAtFirst: number
  /** Openids in the order of the phones' numbers. */
  readonly openids: ReadonlyArray<string>
  readonly lastAtMillis: number
  readonly steps: ReadonlyArray<Step>
}

/** A recording that starts now, with the phones that are there. */
export const startRecording = (snapshot: Snapshot): Recording => ({
  conditions: snapshot.conditions,
  phonesAtFirst: snapshot.phones.length,
  openids: snapshot.phones.map(({ openid }) => openid),
  lastAtMillis: snapshot.nowMillis,
  steps: []
})

/** The shortest pause that is recorded; shorter ones are reading and thinking. */
const pauseMillis = 3_000
/** Longer pauses are recorded as this: a lunch break says nothing. */
const longestPauseMillis = 120_000

/** The recording after one change; it stops growing at `maxSteps`. */
export const recordChange = (recording: Recording, change: Change): Recording => {
  if (recording.steps.length >= maxSteps) return recording
  switch (change.type) {
    case "phone":
      return recording.openids.includes(change.phone.openid)
        ? recording
        : { ...recording, openids: [...recording.openids, change.phone.openid] }
    case "act": {
      const { openid, does, atOnce, atMillis } = change.act
      const phone = recording.openids.indexOf(openid) + 1
      return phone === 0
        ? recording
        : add(recording, atMillis, { phone, does, ...(atOnce ? { atOnce } : {}) })
    }
    case "bubble": {
      const phone = recording.openids.indexOf(change.openid) + 1
      if (change.bubble.side === "own" || phone === 0) return recording
      return add(recording, change.bubble.atMillis, { phone, sees: expected(change.bubble) })
    }
    case "conditions":
      return add(recording, recording.lastAtMillis, { conditions: change.conditions })
    default:
      return recording
  }
}

export const toScenario = ({ conditions, phonesAtFirst, steps }: Recording): Scenario => ({
  format: scenarioFormat,
  conditions: { ...goodConditions, ...conditions },
  phones: phonesAtFirst,
  steps
})

const add = (recording: Recording, atMillis: number, step: Step): Recording => {
  const pause = Math.min(atMillis - recording.lastAtMillis, longestPauseMillis)
  const waits: ReadonlyArray<Step> =
    pause >= pauseMillis && recording.steps.length > 0 && "does" in step ? [{ waitMillis: pause }] : []
  return { ...recording, lastAtMillis: atMillis, steps: [...recording.steps, ...waits, step] }
}

/** Times of day change from run to run; everything else is expected word for word. */
const timeOfDay = /\d{1,2}:\d{2}/gu

const expected = (bubble: Bubble): Expected => {
  const { by, kind, text } = bubble
  const base: Expected = {
    ...(by === "user" ? {} : { by }),
    ...(kind === "sticker" ? {} : { kind })
  }
  if (kind !== "text") return base
  if (text.search(timeOfDay) < 0) return { ...base, text }
  return {
    ...base,
    pattern: `^${text
      .split(timeOfDay)
      .map(escapePattern)
      .join(String.raw`\d{1,2}:\d{2}`)}$`
  }
}

const escapePattern = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/gu, String.raw`\$&`)
