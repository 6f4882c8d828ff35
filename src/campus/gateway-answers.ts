/** The gateway's answers as data. Untidy parts are read as far as possible; `undefined`: this is no answer of that kind. */
import { Option, Schema } from "effect"
import {
  type Book,
  type FreeRooms,
  type Notice,
  type RunningCount,
  type SchoolTimetable,
  type TimetableEntry,
  weekdays
} from "../core/campus-data.ts"

type Json = Readonly<Record<string, unknown>>

/** The JSON object of an answer. */
export const jsonObject = (text: string): Json | undefined =>
  Option.getOrUndefined(parseObject(text.replace(/^\uFEFF/u, "")))

export const timetableIn = ({ content, sidebar }: Json): SchoolTimetable | undefined => {
  if (!isObject(content)) return undefined
  const lists = weekdays.map((weekday) => ({ weekday, list: content[dayNames[weekday]] }))
  // An object without any day is something else.
  if (!lists.some(({ list }) => Array.isArray(list)) && !isObject(content["startdate"])) return undefined
  const start = startIn(content["startdate"])
  return {
    ...(start === undefined ? {} : { start }),
    entries: lists.flatMap(({ weekday, list }) =>
      listOf(list).flatMap((entry): ReadonlyArray<TimetableEntry> => {
        const [course = "", period = "", ...place] = textsOf(entry)
        return course === "" && period === ""
          ? []
          : [{ weekday, course, period, place: place.join(" ").trim() }]
      })
    ),
    lecturers: Object.fromEntries(
      listOf(sidebar)
        .filter(isObject)
        .map((row): [string, string] => [textOf(row["course"]), textOf(row["lecturer"])])
        .filter(([course, lecturer]) => course !== "" && lecturer !== "")
    )
  }
}

const dayNames = { 1: "Mon", 2: "Tue", 3: "Wed", 4: "Thu", 5: "Fri", 6: "Sat", 7: "Sun" } as const

const monthsPerYear = 12
const longestMonthDays = 31

/** The gateway counts months from 0. */
const startIn = (startdate: unknown): SchoolTimetable["start"] => {
  if (!isObject(startdate)) return undefined
  const month = countIn(startdate["month"])
  const day = countIn(startdate["day"])
  if (month === undefined || month >= monthsPerYear) return undefined
  return day === undefined || day < 1 || day > longestMonthDays ? undefined : { month: month + 1, day }
}

export const noticesIn = ({ content }: Json): ReadonlyArray<Notice> | undefined =>
  isObject(content)
    ? Object.entries(content).flatMap(([section, list]) =>
        listOf(list)
          .filter(isObject)
          .map((row) => ({
            section,
            title: textOf(row["title"]),
            href: textOf(row["href"]),
            date: textOf(row["date"])
          }))
          .filter(({ title }) => title !== "")
      )
    : undefined

export const freeRoomsIn = ({ content }: Json): FreeRooms | undefined => {
  if (!isObject(content) || !Array.isArray(content["rows"])) return undefined
  const names = listOf(content["rows"])
    .map((row) => textOf(isObject(row) ? row["name"] : row))
    .filter((name) => name !== "")
  return { names, total: Math.max(names.length, countIn(content["total"]) ?? 0) }
}

export const booksIn = ({ content }: Json): ReadonlyArray<Book> | undefined =>
  Array.isArray(content)
    ? listOf(content)
        .filter(isObject)
        .map((row) => ({
          barcode: textOf(row["barcode"]),
          title: textOf(row["title"]),
          author: textOf(row["author"]),
          dueDate: textOf(row["due_date"]),
          place: textOf(row["place"]),
          renewable: textOf(row["renew_time"]) === "0"
        }))
        .filter(({ title, barcode }) => title !== "" || barcode !== "")
    : undefined

export const runningCountIn = ({ content, rank, remain }: Json): RunningCount | undefined => {
  const count = countIn(content)
  if (count === undefined) return undefined
  const rankPercent = textOf(rank).replace(/\s*[%％]$/u, "")
  const daysLeft = countIn(remain)
  return {
    count,
    ...(/^\d+(?:\.\d+)?$/u.test(rankPercent) ? { rankPercent } : {}),
    ...(daysLeft === undefined ? {} : { daysLeft })
  }
}

/** The text to show about a renewal: the content of an answer, or an answer that is a text itself. */
export const renewalIn = (text: string): string | undefined => {
  const said = textOf(jsonObject(text)?.["content"] ?? (jsonObject(text) === undefined ? text : ""))
  return said === "" || said.includes("<") ? undefined : said
}

const parseObject = Schema.decodeUnknownOption(
  Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown))
)

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** More rows than any school has for one student; the rest would only fill memory. */
const mostRows = 1_000

const listOf = (value: unknown): ReadonlyArray<unknown> =>
  Array.isArray(value) ? value.slice(0, mostRows) : []

const textOf = (value: unknown): string => {
  if (typeof value === "string") return value.replaceAll(/[\p{Cc}\s]+/gu, " ").trim()
  return typeof value === "number" || typeof value === "boolean" ? String(value) : ""
}

/** The texts of a row that should be a list, and may be an object or one text. */
const textsOf = (row: unknown): ReadonlyArray<string> =>
  (Array.isArray(row) ? row : isObject(row) ? Object.values(row) : [row]).map(textOf)

const countIn = (value: unknown): number | undefined => {
  const text = textOf(value)
  return /^\d{1,9}$/u.test(text) ? Number(text) : undefined
}
