import type { TimetableEntry, Weekday } from "./campus-data.ts"
import { isPeriods, type Span } from "./periods.ts"

/** What an entry of a timetable means, as far as it can be read. */
export interface Lesson {
  readonly weekday: Weekday
  readonly course: string
  readonly place: string
  /** Absent: every week. */
  readonly weeks?: ReadonlyArray<Span>
  readonly parity?: "odd" | "even"
  /** Absent: not known when; then `written` is what there is to show. */
  readonly periods?: Span
  /** The period as the school wrote it. */
  readonly written: string
}

/**
 * Reads an entry, such as `[1-16周]3-4节` at `(单)教一-101`. Full-width signs, several ranges, single weeks and periods, `单`
 * and `双` in either text are understood; several groups of periods are several lessons. What is not understood stays a lesson
 * without periods: nothing is dropped.
 */
export const readEntry = (entry: TimetableEntry): ReadonlyArray<Lesson> => {
  const text = plain(entry.period)
  const mark = /^\s*[([](单|双)周?[)\]]\s*/u.exec(plain(entry.place))
  const weeksWritten = [...text.matchAll(weekGroups)].map((match) => spansIn(match[1] ?? match[2] ?? ""))
  const periodMatch = periodGroup.exec(text.replaceAll(weekGroups, " "))
  const periodsWritten = spansIn(periodMatch?.[1] ?? periodMatch?.[2] ?? "")
  const weeks = weeksWritten.flatMap((spans) => spans ?? [])
  const weeksUnderstood =
    weeksWritten.every((spans) => spans !== undefined) && (weeks.length > 0 || !text.includes("周"))
  const periods = weeksUnderstood && periodsWritten?.every(isPeriods) === true ? periodsWritten : []
  const parity = parityOf(text + (mark?.[1] ?? ""))
  const lesson: Lesson = {
    weekday: entry.weekday,
    course: entry.course,
    place: mark === null ? entry.place : afterMark(entry.place),
    written: entry.period,
    ...(weeksUnderstood && weeks.length > 0 ? { weeks } : {}),
    ...(parity === undefined ? {} : { parity })
  }
  return periods.length === 0 ? [lesson] : periods.map((span) => ({ ...lesson, periods: span }))
}

/** Whether a lesson is held in a week of the term. */
export const isHeldIn = ({ weeks, parity }: Lesson, week: number): boolean =>
  (parity === undefined || (week % 2 === 1) === (parity === "odd")) &&
  (weeks === undefined || weeks.some(({ from, to }) => week >= from && week <= to))

/** Numbers before `周`, bracketed or not, with `单` or `双` between; or a bracket of numbers alone at the beginning. */
const weekGroups = /(\d[\d,\-\s]*)[\])]?\s*[([]?[单双]?[)\]]?\s*周|^\s*[[(]\s*(\d[\d,\-\s]*)[\])]/gu

/** Numbers before `节`, or all that is left if the word is missing. */
const periodGroup = /(\d[\d,\-\s]*)节|^[^\d]*(?<!\d)(\d[\d,\-\s]*)$/u

/** Half-width signs, one kind of bracket beside the round, one dash and one comma. */
const plain = (text: string): string =>
  text
    .normalize("NFKC")
    .replaceAll(/[【〔「]/gu, "[")
    .replaceAll(/[】〕」]/gu, "]")
    .replaceAll(/[‐‑‒–—―−~至到]/gu, "-")
    .replaceAll(/[、;]/gu, ",")

/** The place behind `(单)` or `(双)`, in the signs in which it was written. */
const afterMark = (place: string): string =>
  place.replace(/^\s*[(（[［【〔](?:单|双)周?[)）\]］】〕]\s*/u, "")

const parityOf = (text: string): Lesson["parity"] => {
  const [odd, even] = [text.includes("单"), text.includes("双")]
  return odd === even ? undefined : odd ? "odd" : "even"
}

/** Longer than any term; a larger number is something else. */
const highestWeek = 60

/** `1-8,10` as spans; undefined: not a list of numbers and ranges that run upwards. */
const spansIn = (list: string): ReadonlyArray<Span> | undefined => {
  const parts = list
    .replaceAll(/\s/gu, "")
    .split(",")
    .filter((part) => part !== "")
  const spans = parts.flatMap((part): ReadonlyArray<Span> => {
    const match = /^(\d{1,2})(?:-(\d{1,2}))?-?$/u.exec(part)
    if (match === null) return []
    const from = Number(match[1])
    const to = Number(match[2] ?? match[1])
    return from >= 1 && from <= to && to <= highestWeek ? [{ from, to }] : []
  })
  return parts.length > 0 && spans.length === parts.length ? spans : undefined
}
