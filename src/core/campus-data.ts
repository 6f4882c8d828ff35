import { Schema } from "effect"

/** What a school says about a student, in the form in which it is kept: texts as they came, untidy ones too. */

/** 1 Monday … 7 Sunday. */
export const Weekday = Schema.Literals([1, 2, 3, 4, 5, 6, 7])
export type Weekday = typeof Weekday.Type

export const weekdays: ReadonlyArray<Weekday> = [1, 2, 3, 4, 5, 6, 7]

/** One line of a timetable as the school writes it, such as `[1-16周]3-4节` and `(单)教一-101`. */
export const TimetableEntry = Schema.Struct({
  weekday: Weekday,
  course: Schema.String,
  period: Schema.String,
  place: Schema.String
})
export type TimetableEntry = typeof TimetableEntry.Type

/** The timetable of a term. `start`: first day of week 1, without a year; its month counts from 1 here. Absent: not known. */
export const SchoolTimetable = Schema.Struct({
  start: Schema.optionalKey(Schema.Struct({ month: Schema.Natural, day: Schema.Natural })),
  entries: Schema.Array(TimetableEntry),
  /** Who teaches a course, by its name. */
  lecturers: Schema.Record(Schema.String, Schema.String)
})
export type SchoolTimetable = typeof SchoolTimetable.Type

/** `date` is `YYYY-MM-DD`, or what else the school wrote. */
export const Notice = Schema.Struct({
  section: Schema.String,
  title: Schema.String,
  href: Schema.String,
  date: Schema.String
})
export type Notice = typeof Notice.Type

/** `total` may be more than the names that came. */
export const FreeRooms = Schema.Struct({ total: Schema.Natural, names: Schema.Array(Schema.String) })
export type FreeRooms = typeof FreeRooms.Type

export const Book = Schema.Struct({
  barcode: Schema.String,
  title: Schema.String,
  author: Schema.String,
  dueDate: Schema.String,
  place: Schema.String,
  renewable: Schema.Boolean
})
export type Book = typeof Book.Type

/** `rankPercent`: how many percent of the students run less often; `daysLeft`: days of this term on which there can still be a run. */
export const RunningCount = Schema.Struct({
  count: Schema.Natural,
  rankPercent: Schema.optionalKey(Schema.String),
  daysLeft: Schema.optionalKey(Schema.Natural)
})
export type RunningCount = typeof RunningCount.Type
