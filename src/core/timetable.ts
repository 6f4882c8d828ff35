import { type Day, dayOf, type SchoolTime, weekdayOf, yearMonthDayOf } from "./calendar.ts"
import { daysPerWeek } from "./durations.ts"
import type { SchoolTimetable } from "./campus-data.ts"
import { endMinute, type Span, startMinute } from "./periods.ts"
import { isHeldIn, type Lesson, readEntry } from "./timetable-entry.ts"

/** The timetable of a term on the calendar. */
export interface Timetable {
  /** First day of week 1. Absent: not known; then every lesson counts as held every week. */
  readonly start?: Day
  /** The last week in which anything is held. Absent: not known. */
  readonly lastWeek?: number
  readonly lessons: ReadonlyArray<Lesson>
  readonly lecturers: Readonly<Record<string, string>>
}

/** Periods in a row of one course at one place, with the times in minutes since midnight. */
export interface ClassTime {
  readonly course: string
  readonly place: string
  readonly periods: Span
  readonly startMinute: number
  readonly endMinute: number
}

/** One day of a timetable. `untimed`: lessons of that day whose time cannot be read. */
export interface DayPlan {
  readonly day: Day
  readonly season: Season
  readonly classes: ReadonlyArray<ClassTime>
  readonly untimed: ReadonlyArray<Lesson>
}

/** Where a day lies: in a week of the term, or in the holidays before or after it. */
export type Season =
  | { readonly _tag: "Term"; readonly week: number }
  | { readonly _tag: "Before"; readonly start: Day }
  | { readonly _tag: "After" }
  | { readonly _tag: "Unknown" }

/**
 * Puts what the school said on the calendar. The school names no year; it is the one for which `today` is nearest to the middle
 * of the term.
 */
export const readTimetable = (school: SchoolTimetable, today: Day): Timetable => {
  const lessons = school.entries.flatMap(readEntry)
  const weeks = lessons.flatMap((lesson) => lesson.weeks ?? [])
  return {
    ...(school.start === undefined ? {} : { start: nearestStart(school.start, today) }),
    ...(weeks.length === 0 ? {} : { lastWeek: Math.max(...weeks.map(({ to }) => to)) }),
    lessons,
    lecturers: school.lecturers
  }
}

export const seasonOf = ({ start, lastWeek }: Timetable, day: Day): Season => {
  if (start === undefined) return { _tag: "Unknown" }
  if (day < start) return { _tag: "Before", start }
  const week = Math.floor((day - start) / daysPerWeek) + 1
  return lastWeek !== undefined && week > lastWeek ? { _tag: "After" } : { _tag: "Term", week }
}

export const planOf = (timetable: Timetable, day: Day): DayPlan => {
  const season = seasonOf(timetable, day)
  const held = timetable.lessons.filter(
    (lesson) =>
      lesson.weekday === weekdayOf(day) &&
      (season._tag === "Unknown" || (season._tag === "Term" && isHeldIn(lesson, season.week)))
  )
  return {
    day,
    season,
    classes: inARow(held),
    untimed: held.filter(({ periods }) => periods === undefined)
  }
}

/** The first class that begins after `now`; undefined: none in this term. */
export const nextClass = (
  timetable: Timetable,
  now: SchoolTime
): { readonly day: Day; readonly class: ClassTime } | undefined => {
  const first = Math.max(now.day, timetable.start ?? now.day)
  for (let day = first; day < first + daysToSearch; day += 1) {
    const { classes, season } = planOf(timetable, day)
    if (season._tag === "After") return undefined
    const next = classes.find(({ startMinute }) => day > now.day || startMinute > now.minute)
    if (next !== undefined) return { day, class: next }
  }
  return undefined
}

/** No term is longer. */
const daysToSearch = 60 * daysPerWeek

/** About half of a term with its holidays. */
const middleOfTermDays = 9 * daysPerWeek

const nearestStart = (start: NonNullable<SchoolTimetable["start"]>, today: Day): Day => {
  const { year } = yearMonthDayOf(today)
  const distance = (day: Day) => Math.abs(day + middleOfTermDays - today)
  return [year - 1, year, year + 1]
    .map((one) => dayOf({ year: one, ...start }))
    .reduce((best, day) => (distance(day) < distance(best) ? day : best))
}

/** The classes of a day in order of time; periods that follow one another, or overlap, are one class. */
const inARow = (lessons: ReadonlyArray<Lesson>): ReadonlyArray<ClassTime> => {
  const groups = new Map<string, Array<Span>>()
  const timed = lessons.flatMap(({ course, place, periods }) =>
    periods === undefined ? [] : [{ course, place, periods }]
  )
  for (const { course, place, periods } of timed.sort(
    (one, other) => one.periods.from - other.periods.from
  )) {
    const key = JSON.stringify([course, place])
    const spans = groups.get(key) ?? []
    const last = spans.at(-1)
    if (last !== undefined && periods.from <= last.to + 1) {
      spans[spans.length - 1] = { from: last.from, to: Math.max(last.to, periods.to) }
    } else spans.push(periods)
    groups.set(key, spans)
  }
  return [...groups]
    .flatMap(([key, spans]) => {
      const [course, place] = JSON.parse(key) as [string, string]
      return spans.map((periods) => ({
        course,
        place,
        periods,
        startMinute: startMinute(periods.from),
        endMinute: endMinute(periods.to)
      }))
    })
    .sort((one, other) => one.startMinute - other.startMinute || one.endMinute - other.endMinute)
}
