import { DateTime } from "effect"
import type { Weekday } from "./campus-data.ts"
import { dayMillis, daysPerWeek, minutesPerHour } from "./durations.ts"

/** A day of the calendar, as whole days since 1970-01-01: it has no time zone, and days can be counted. */
export type Day = number

/** What a clock on the school's wall shows: the day, and the minutes since its midnight. */
export interface SchoolTime {
  readonly day: Day
  readonly minute: number
}

interface YearMonthDay {
  readonly year: number
  /** From 1. */
  readonly month: number
  readonly day: number
}

export const schoolTimeAt = (epochMillis: number, timeZone: DateTime.TimeZone): SchoolTime => {
  const { year, month, day, hour, minute } = DateTime.toParts(
    DateTime.makeZonedUnsafe(epochMillis, { timeZone })
  )
  return { day: dayOf({ year, month, day }), minute: hour * minutesPerHour + minute }
}

/** When a clock on the school's wall shows this, in milliseconds since 1970; also of a time that a change of clocks skips or repeats. */
export const instantOf = ({ day, minute }: SchoolTime, timeZone: DateTime.TimeZone): number =>
  DateTime.toEpochMillis(
    DateTime.makeZonedUnsafe(
      {
        ...yearMonthDayOf(day),
        hour: Math.floor(minute / minutesPerHour),
        minute: minute % minutesPerHour
      },
      { timeZone, adjustForTimeZone: true }
    )
  )

/** 30 February is 1 or 2 March. */
export const dayOf = (date: YearMonthDay): Day =>
  Math.floor(DateTime.toEpochMillis(DateTime.makeUnsafe({ ...date })) / dayMillis)

export const yearMonthDayOf = (day: Day): YearMonthDay => {
  const parts = DateTime.toPartsUtc(DateTime.makeUnsafe(day * dayMillis))
  return { year: parts.year, month: parts.month, day: parts.day }
}

/** 1970-01-01 was a Thursday. */
export const weekdayOf = (day: Day): Weekday =>
  (((((day + 3) % daysPerWeek) + daysPerWeek) % daysPerWeek) + 1) as Weekday

/** `YYYY-MM-DD`. */
export const isoDay = (date: Day): string => {
  const { year, month, day } = yearMonthDayOf(date)
  return `${String(year).padStart(4, "0")}-${twoDigits(month)}-${twoDigits(day)}`
}

/** The day that a text such as `2026-11-24`, `2026/1/5`, `20261124` or one with a time behind it begins with. */
export const dayIn = (text: string): Day | undefined => {
  const match =
    /^\s*(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})(?!\d)/u.exec(text) ??
    /^\s*(\d{4})(\d{2})(\d{2})(?!\d)/u.exec(text)
  if (match === null) return undefined
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])]
  const isDate = year > 0 && month >= 1 && month <= 12 && day >= 1 && day <= 31
  return isDate ? dayOf({ year, month, day }) : undefined
}

/** `08:05`. */
export const clockOf = (minute: number): string =>
  `${twoDigits(Math.floor(minute / minutesPerHour))}:${twoDigits(minute % minutesPerHour)}`

const twoDigits = (number: number): string => String(number).padStart(2, "0")
