import { DateTime } from "effect"
import { type Day, instantOf, isoDay } from "./calendar.ts"
import { spanInWords } from "./campus-wording.ts"
import { daysPerWeek } from "./durations.ts"
import { byteLength } from "./folding.ts"
import { timetablePage } from "./student-page-wording.ts"
import { planOf, type Timetable } from "./timetable.ts"

export interface CalendarFile {
  readonly timetable: Timetable
  readonly today: Day
  readonly timeZone: DateTime.TimeZone
  /** Milliseconds since 1970. */
  readonly fetchedAtMillis: number
  /** Stands in every UID, so that the events of two students differ; nobody learns from it who the student is. */
  readonly owner: string
}

/**
 * The term as a calendar to subscribe to (RFC 5545): one event for each class, in UTC, so that it means the same wherever the
 * phone is. A class whose time cannot be read is an event of the whole day.
 */
export const calendarFile = ({
  timetable,
  today,
  timeZone,
  fetchedAtMillis,
  owner
}: CalendarFile): string => {
  const stamp = utc(fetchedAtMillis)
  const events = daysOf(timetable, today).flatMap((day) => {
    const { classes, untimed } = planOf(timetable, day)
    const uid = uidsOf(day, owner)
    const timed = classes.map((one) => [
      `UID:${uid(`${one.periods.from}-${one.periods.to}`, one.course)}`,
      `DTSTAMP:${stamp}`,
      `DTSTART:${utc(instantOf({ day, minute: one.startMinute }, timeZone))}`,
      `DTEND:${utc(instantOf({ day, minute: one.endMinute }, timeZone))}`,
      `SUMMARY:${escaped(one.course)}`,
      ...(one.place === "" ? [] : [`LOCATION:${escaped(one.place)}`]),
      `DESCRIPTION:${escaped(
        [`第${spanInWords(one.periods)}节`, timetable.lecturers[one.course] ?? ""].filter(Boolean).join(" ")
      )}`
    ])
    const wholeDay = untimed.map(({ course, place, written }) => [
      `UID:${uid("day", course)}`,
      `DTSTAMP:${stamp}`,
      `DTSTART;VALUE=DATE:${isoDay(day).replaceAll("-", "")}`,
      `SUMMARY:${escaped([course, written].filter(Boolean).join(" "))}`,
      ...(place === "" ? [] : [`LOCATION:${escaped(place)}`]),
      "TRANSP:TRANSPARENT"
    ])
    return [...timed, ...wholeDay].flatMap((event) => ["BEGIN:VEVENT", ...event, "END:VEVENT"])
  })
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//xiaohou//timetable//ZH",
    "CALSCALE:GREGORIAN",
    "METHOD:PUBLISH",
    `X-WR-CALNAME:${escaped(timetablePage.calendarName)}`,
    "REFRESH-INTERVAL;VALUE=DURATION:PT12H",
    "X-PUBLISHED-TTL:PT12H",
    ...events,
    "END:VCALENDAR"
  ]
  return lines.map((line) => `${folded(line)}\r\n`).join("")
}

/** If the end of a term is not known, the calendar covers this many weeks; more would be a guess. */
const weeksWhenEndUnknown = 4

const daysOf = ({ start, lastWeek }: Timetable, today: Day): ReadonlyArray<Day> => {
  const first = start ?? today
  const weeks = start === undefined || lastWeek === undefined ? weeksWhenEndUnknown : lastWeek
  const begin = lastWeek === undefined ? Math.max(first, today) : first
  return Array.from({ length: weeks * daysPerWeek }, (_, index) => begin + index)
}

/**
 * UIDs for the events of one day. A UID depends on course and periods only, so that a change of room moves the event instead of
 * adding a second one. Equal UIDs are numbered.
 */
const uidsOf = (day: Day, owner: string) => {
  const taken = new Set<string>()
  return (when: string, course: string): string => {
    const name = `${isoDay(day)}-${when}-${checksum(course)}`
    let free = name
    for (let number = 2; taken.has(free); number += 1) free = `${name}-${number}`
    taken.add(free)
    return `${free}-${owner}@xiaohou`
  }
}

/** FNV-1a in 32 bits: a short name for a text. */
const checksum = (text: string): string => {
  let sum = 0x811c9dc5
  for (const character of text) sum = Math.imul(sum ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0
  return sum.toString(36)
}

/** `20261124T015000Z`. */
const utc = (epochMillis: number): string =>
  DateTime.formatIso(DateTime.makeUnsafe(Math.floor(epochMillis / 1_000) * 1_000))
    .replace(/\.\d+Z$/u, "Z")
    .replaceAll(/[-:]/gu, "")

const escaped = (text: string): string =>
  text
    .replaceAll(/[\\;,]/gu, (sign) => `\\${sign}`)
    .replaceAll(/\r\n|[\r\n]/gu, "\\n")
    .replaceAll(/\p{Cc}/gu, "")

/** A line is at most 75 octets without its end (RFC 5545, 3.1); the rest goes on behind a space, cut between characters. */
const lineOctets = 75

const folded = (line: string): string => {
  let written = ""
  let octets = 0
  for (const character of line) {
    const length = byteLength(character)
    if (octets + length > lineOctets) {
      written += "\r\n "
      octets = 1
    }
    written += character
    octets += length
  }
  return written
}
