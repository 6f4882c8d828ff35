import { assert, describe, it } from "@effect/vitest"
import { DateTime, Schema } from "effect"
import {
  clockOf,
  dayIn,
  instantOf,
  isoDay,
  schoolTimeAt,
  weekdayOf,
  yearMonthDayOf
} from "../../src/core/calendar.ts"
import { type SchoolTimetable, Weekday } from "../../src/core/campus-data.ts"
import { nextClass, planOf, readTimetable, seasonOf } from "../../src/core/timetable.ts"

const day = (text: string): number => dayIn(text) ?? assert.fail(text)
const between = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

/** A term that began on Monday 7 September 2026. */
const start = { month: 9, day: 7 }
const firstDay = day("2026-09-07")

const anyLesson = Schema.Struct({
  weekday: Weekday,
  course: Schema.Literals(["高数", "体育", "英语"]),
  place: Schema.Literals(["教一-101", "操场"]),
  from: between(1, 13),
  more: between(0, 4),
  firstWeek: between(1, 16),
  weeks: between(0, 15),
  parity: Schema.Literals(["", "单", "双"])
})
const anyTerm = Schema.Array(anyLesson).check(Schema.isMaxLength(12))
type AnyLesson = typeof anyLesson.Type

const last = ({ from, more }: AnyLesson) => Math.min(13, from + more)
const lastWeekOf = ({ firstWeek, weeks }: AnyLesson) => Math.min(16, firstWeek + weeks)
const written = (lessons: ReadonlyArray<AnyLesson>): SchoolTimetable => ({
  start,
  lecturers: {},
  entries: lessons.map((lesson) => ({
    weekday: lesson.weekday,
    course: lesson.course,
    place: `${lesson.parity === "" ? "" : `(${lesson.parity})`}${lesson.place}`,
    period: `[${lesson.firstWeek}-${lastWeekOf(lesson)}周]${lesson.from}-${last(lesson)}节`
  }))
})

/** Every period in which something is held on a day, told one by one. */
const heldOn = (lessons: ReadonlyArray<AnyLesson>, date: number): ReadonlyArray<string> => {
  const held = new Set<string>()
  for (const lesson of lessons) {
    for (let week = lesson.firstWeek; week <= lastWeekOf(lesson); week += 1) {
      if (lesson.parity !== "" && (week % 2 === 1) !== (lesson.parity === "单")) continue
      if (date !== firstDay + 7 * (week - 1) + lesson.weekday - 1) continue
      for (let period = lesson.from; period <= last(lesson); period += 1) {
        held.add(`${lesson.course} ${lesson.place} ${period}`)
      }
    }
  }
  return [...held].toSorted()
}

describe("a timetable on the calendar", () => {
  it.prop(
    "has on each day what the school wrote, and nothing else",
    [anyTerm, between(-20, 140)],
    ([lessons, offset]) => {
      const today = firstDay + offset
      const plan = planOf(readTimetable(written(lessons), today), today)
      const periods = plan.classes.flatMap(({ course, place, periods: { from, to } }) =>
        Array.from({ length: to - from + 1 }, (_, index) => `${course} ${place} ${from + index}`)
      )
      assert.deepStrictEqual(periods.toSorted(), heldOn(lessons, today))
    }
  )

  it.prop(
    "joins what follows in a row, in order of time",
    [anyTerm, between(0, 111)],
    ([lessons, offset]) => {
      const { classes } = planOf(readTimetable(written(lessons), firstDay), firstDay + offset)
      for (const [index, one] of classes.entries()) {
        const before = classes[index - 1]
        if (before !== undefined) assert.isAtMost(before.startMinute, one.startMinute)
        for (const other of classes.slice(0, index)) {
          if (other.course === one.course && other.place === one.place)
            assert.isAbove(one.periods.from, other.periods.to + 1)
        }
      }
    }
  )

  it.prop(
    "knows the next class, today or later",
    [anyTerm, between(-30, 130), between(0, 1439)],
    ([lessons, offset, minute]) => {
      const now = { day: firstDay + offset, minute }
      const timetable = readTimetable(written(lessons), now.day)
      const all = Array.from({ length: 200 }, (_, index) => firstDay - 40 + index)
        .flatMap((date) => planOf(timetable, date).classes.map((one) => ({ day: date, class: one })))
        .filter((one) => one.day > now.day || (one.day === now.day && one.class.startMinute > minute))
      assert.deepStrictEqual(nextClass(timetable, now), all[0])
    }
  )

  it("odd and even weeks at chosen dates", () => {
    const lessons = (["单", "双"] as const).map((parity): AnyLesson => ({
      weekday: 2,
      course: parity === "单" ? "高数" : "英语",
      place: "教一-101",
      from: 3,
      more: 1,
      firstWeek: 1,
      weeks: 15,
      parity
    }))
    const timetable = readTimetable(written(lessons), day("2026-11-24"))
    const coursesOn = (text: string) => planOf(timetable, day(text)).classes.map(({ course }) => course)
    assert.deepStrictEqual(coursesOn("2026-09-08"), ["高数"])
    assert.deepStrictEqual(coursesOn("2026-09-15"), ["英语"])
    assert.deepStrictEqual(coursesOn("2026-11-24"), ["英语"])
    assert.deepStrictEqual(seasonOf(timetable, day("2026-11-24")), { _tag: "Term", week: 12 })
    assert.deepStrictEqual(seasonOf(timetable, day("2026-09-06")), { _tag: "Before", start: firstDay })
    assert.deepStrictEqual(seasonOf(timetable, day("2026-12-27")), { _tag: "Term", week: 16 })
    assert.deepStrictEqual(seasonOf(timetable, day("2026-12-28")), { _tag: "After" })
    const [one] = planOf(timetable, day("2026-09-08")).classes
    assert.strictEqual(`${clockOf(one?.startMinute ?? 0)}–${clockOf(one?.endMinute ?? 0)}`, "09:50–11:25")
  })

  it.prop(
    "finds the year that the school leaves out",
    [between(0, 365), between(-60, 140)],
    ([beginning, offset]) => {
      const begins = day("2026-03-01") + beginning
      const { month, day: date } = yearMonthDayOf(begins)
      if (month === 2 && date === 29) return
      const timetable = readTimetable(
        { start: { month, day: date }, entries: [], lecturers: {} },
        begins + offset
      )
      assert.strictEqual(timetable.start, begins)
    }
  )

  it("what has no time stands on its day, in its weeks", () => {
    const entries = [
      { weekday: 2, course: "军训", period: "", place: "" },
      { weekday: 2, course: "实习", period: "[1-2周]下午", place: "(双)校外" }
    ] as const
    const timetable = readTimetable({ start, entries, lecturers: {} }, firstDay)
    assert.deepStrictEqual(
      [1, 8, 2].map((offset) => planOf(timetable, firstDay + offset).untimed.map(({ course }) => course)),
      [["军训"], ["军训", "实习"], []]
    )
  })

  it("without a first day every week is like the other", () => {
    const entries = [{ weekday: 2, course: "高数", period: "[1-4周]1-2节", place: "(单)教一" }] as const
    const timetable = readTimetable({ entries, lecturers: {} }, firstDay)
    assert.lengthOf(planOf(timetable, day("2030-01-01")).classes, 1)
  })
})

describe("the school's calendar", () => {
  it.prop(
    "shows the time on its wall",
    [between(0, 4_000_000_000), Schema.Literals(["Asia/Shanghai", "America/New_York", "Asia/Kathmandu"])],
    ([seconds, zone]) => {
      const timeZone = DateTime.zoneMakeNamedUnsafe(zone)
      const minute = Math.floor(seconds / 60) * 60_000
      const time = schoolTimeAt(minute, timeZone)
      const shown = new Intl.DateTimeFormat("en-CA", {
        timeZone: zone,
        dateStyle: "short",
        timeStyle: "short",
        hourCycle: "h23"
      }).format(minute)
      assert.strictEqual(`${isoDay(time.day)}, ${clockOf(time.minute)}`, shown)
      assert.deepStrictEqual(schoolTimeAt(instantOf(time, timeZone), timeZone), time)
    }
  )

  it("knows the days of the week and reads days as people write them", () => {
    assert.strictEqual(weekdayOf(day("2026-11-24")), 2)
    assert.strictEqual(weekdayOf(day("1969-12-31")), 3)
    for (const text of [
      "2026-01-05",
      "2026/1/5",
      "20260105",
      "2026-01-05 23:59:59",
      "2026年1月5日",
      "2026.01.05"
    ])
      assert.strictEqual(isoDay(day(text)), "2026-01-05")
    for (const text of ["", "soon", "2026-13-01", "2026-1", "05-01-2026"]) assert.isUndefined(dayIn(text))
  })
})
