/** The calendar to subscribe to, as a parser of somebody else reads it. */
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Schema } from "effect"
import ICAL from "ical.js"
import { calendarFile } from "../../src/core/calendar-file.ts"
import { dayIn, instantOf, isoDay } from "../../src/core/calendar.ts"
import { type SchoolTimetable, Weekday } from "../../src/core/campus-data.ts"
import { planOf, readTimetable } from "../../src/core/timetable.ts"

const timeZone = DateTime.zoneMakeNamedUnsafe("Asia/Shanghai")
const today = dayIn("2026-11-24") ?? assert.fail()
const fetchedAtMillis = Date.parse("2026-11-24T08:30:12.345+08:00")
const termDays = 20 * 7

/** Long, in many alphabets, and with all that RFC 5545 escapes or forbids. */
const nasty = Schema.Literals([
  "高等数学",
  "体育（羽毛球）",
  'a, b; c\\d: "e"',
  "两行\n第二行",
  "回车\r\n换行",
  "制表\t与\u0007铃",
  "😀".repeat(30),
  "END:VEVENT",
  "很长的课程名称".repeat(20)
])
const anyEntry = Schema.Struct({
  weekday: Weekday,
  course: nasty,
  place: nasty,
  period: Schema.Literals(["[1-16周]3-4节", "[2-9周]11节", "[1-16周]1-2,6-7节", "", "另行通知", "[3周]下午"])
})
const anyEntries = Schema.Array(anyEntry).check(Schema.isMaxLength(5))

const timetableOf = (entries: SchoolTimetable["entries"]) =>
  readTimetable({ start: { month: 9, day: 7 }, lecturers: { 高等数学: "陈老师, 讲师" }, entries }, today)

const fileOf = (entries: SchoolTimetable["entries"]) =>
  calendarFile({ timetable: timetableOf(entries), today, timeZone, fetchedAtMillis, owner: "owner" })

/** As a calendar shows it: other control characters are gone. */
const plain = (text: string) => text.replaceAll("\r\n", "\n").replaceAll(/(?!\n)\p{Cc}/gu, "")

const eventsIn = (file: string) =>
  new ICAL.Component(ICAL.parse(file))
    .getAllSubcomponents("vevent")
    .map((component) => new ICAL.Event(component))

const readable = (event: ICAL.Event) => ({
  summary: event.summary,
  place: event.location ?? "",
  start: event.startDate.isDate ? event.startDate.toString() : event.startDate.toJSDate().toISOString(),
  end: event.startDate.isDate ? "" : event.endDate.toJSDate().toISOString()
})

/** The same from the plans of the days, told one by one. */
const expected = (entries: SchoolTimetable["entries"]) => {
  const timetable = timetableOf(entries)
  const first = timetable.start ?? assert.fail()
  const weeks = timetable.lastWeek ?? 0
  const at = (day: number, minute: number) => new Date(instantOf({ day, minute }, timeZone)).toISOString()
  return Array.from({ length: termDays }, (_, index) => first + index)
    .filter((day) => (weeks === 0 ? day >= today && day < today + 28 : day < first + 7 * weeks))
    .flatMap((day) => {
      const { classes, untimed } = planOf(timetable, day)
      return [
        ...classes.map(({ course, place, startMinute, endMinute }) => ({
          summary: plain(course),
          place: plain(place),
          start: at(day, startMinute),
          end: at(day, endMinute)
        })),
        ...untimed.map(({ course, place, written }) => ({
          summary: plain([course, written].filter(Boolean).join(" ")),
          place: plain(place),
          start: isoDay(day),
          end: ""
        }))
      ]
    })
}

/** A term has hundreds of events. */
const few = { arbitrary: { runs: 40 } }

const sorted = (events: ReadonlyArray<object>) => events.map((one) => JSON.stringify(one)).toSorted()

/** Text in which every sign that means something is escaped (RFC 5545, 3.3.11); parsers are lenient about it. */
const escapedText = /^(?:SUMMARY|LOCATION|DESCRIPTION):(?:[^\\;,]|\\[\\;,n])*$/u

describe("the calendar file", () => {
  it.prop(
    "holds every class of the term, at its time and place, word for word",
    [anyEntries],
    ([entries]) => {
      const events = eventsIn(fileOf(entries))
      assert.deepStrictEqual(sorted(events.map(readable)), sorted(expected(entries)))
      assert.strictEqual(new Set(events.map(({ uid }) => uid)).size, events.length)
      for (const { component } of events) {
        assert.strictEqual(String(component.getFirstPropertyValue("dtstamp")), "2026-11-24T00:30:12Z")
      }
    }
  )

  it.prop(
    "escapes text, ends every line with CRLF, and folds it at 75 octets between characters",
    [anyEntries],
    ([entries]) => {
      const file = fileOf(entries)
      assert.isTrue(file.endsWith("END:VCALENDAR\r\n"))
      assert.notMatch(file.replaceAll("\r\n", ""), /\p{Cc}/u)
      for (const line of file.replaceAll("\r\n ", "").split("\r\n")) {
        if (/^(?:SUMMARY|LOCATION|DESCRIPTION)/u.test(line)) assert.match(line, escapedText)
      }
      for (const line of file.split("\r\n")) {
        assert.isAtMost(Buffer.byteLength(line), 75)
        assert.isTrue(line.isWellFormed())
      }
    }
  )

  it.prop(
    "an event keeps its name when it moves to another room, or something else comes and goes",
    [anyEntry, anyEntry],
    ([one, other]) => {
      const uidsOf = (entries: SchoolTimetable["entries"]) => eventsIn(fileOf(entries)).map(({ uid }) => uid)
      const held = { ...one, period: "[1-16周]3-4节", course: "高等数学" }
      const others = { ...other, weekday: one.weekday, course: "体育（羽毛球）", period: "[1-16周]1-2节" }
      const alone = uidsOf([held])
      assert.lengthOf(alone, 16)
      assert.deepStrictEqual(uidsOf([{ ...held, place: "别处" }]), alone)
      const among = new Set(uidsOf([others, held]))
      assert.isTrue(alone.every((uid) => among.has(uid)))
    },
    few
  )
})
