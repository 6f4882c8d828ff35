/** The campus gateway of the simulated school, by the contract of a real one: forms in, JSON with a `code` out. */
import { Clock, type DateTime, Effect, type Layer } from "effect"
import { HttpRouter, type HttpServerRequest, HttpServerResponse } from "effect/http"
import { type Day, isoDay, schoolTimeAt } from "../core/calendar.ts"
import {
  dueDate,
  freeRoomsFor,
  notices,
  type SimulatedStudent,
  startDateFor,
  students
} from "./campus-students.ts"

/** Where it stands on the simulator's server. */
export const campusPath = "/campus"

export const simulatorCampusRoutes = (
  timeZone: DateTime.TimeZone
): Layer.Layer<never, never, HttpRouter.HttpRouter> =>
  HttpRouter.use(
    Effect.fnUntraced(function* (router) {
      const today = Effect.map(Clock.currentTimeMillis, (now) => schoolTimeAt(now, timeZone).day)
      // Barcodes of books that were renewed since the start.
      const renewed = new Set<string>()

      yield* router.add("POST", `${campusPath}/uc/auth`, (request) =>
        Effect.map(formOf(request), (form) => signIn(form.get("user") ?? "", form.get("password") ?? ""))
      )
      for (const [path, answer] of Object.entries(calls)) {
        yield* router.add("POST", `${campusPath}/api/${path}`, (request) =>
          Effect.map(Effect.all([formOf(request), today]), ([form, day]) => {
            const student = students.find(({ uuid }) => uuid === form.get("uuid"))
            if (student === undefined) return HttpServerResponse.jsonUnsafe({ code: 401, content: "" })
            const here = `http://${request.headers["host"] ?? "127.0.0.1"}${campusPath}`
            return HttpServerResponse.jsonUnsafe({
              code: 200,
              ...answer({ student, form, today: day, renewed, here })
            })
          })
        )
      }
      for (const [at, [section, title]] of notices.entries()) {
        yield* router.add(
          "GET",
          `${campusPath}/notices/${at}`,
          HttpServerResponse.text(noticeText(section, title), { contentType: "text/plain; charset=utf-8" })
        )
      }
    })
  )

interface Asked {
  readonly student: SimulatedStudent
  readonly form: URLSearchParams
  readonly today: Day
  readonly renewed: Set<string>
  /** Base of the school's own addresses. */
  readonly here: string
}

const signIn = (card: string, password: string) => {
  const student = students.find((one) => one.card === card && one.password === password)
  return student === undefined
    ? HttpServerResponse.empty({ status: 401 })
    : HttpServerResponse.text(student.uuid)
}

const calls: Readonly<Record<string, (asked: Asked) => object>> = {
  curriculum: ({ student, today }) => ({
    content: { ...student.timetable, startdate: startDateFor(today) },
    sidebar: student.lecturers.map(([course, lecturer]) => ({ course, lecturer, credit: "3", week: "1-16" })),
    term: "demo"
  }),
  jwc: ({ today, here }) => {
    const rows = notices.map(([section, title, daysAgo], at) => ({
      section,
      row: { title, href: `${here}/notices/${at}`, date: isoDay(today - daysAgo) }
    }))
    return {
      content: Object.fromEntries(
        [...new Set(rows.map(({ section }) => section))].map((section) => [
          section,
          rows.filter((one) => one.section === section).map(({ row }) => row)
        ])
      )
    }
  },
  newemptyroom: ({ form }) => {
    const span = { from: Number(form.get("startSequence")), to: Number(form.get("endSequence")) }
    const names = freeRoomsFor(form.get("date") ?? "", span)
    return { content: { total: names.length, rows: names.map((name) => ({ name })) } }
  },
  library: ({ student, today, renewed }) => ({
    content: student.books.map((book) => {
      const isRenewed = renewed.has(book.barcode)
      return {
        barcode: book.barcode,
        title: book.title,
        author: book.author,
        render_date: isoDay(today - loanDays + book.dueIn),
        due_date: dueDate(today, isRenewed ? { ...book, dueIn: book.dueIn + loanDays } : book),
        renew_time: book.renewable && !isRenewed ? "0" : "1",
        place: "总馆三楼"
      }
    })
  }),
  renew: ({ student, form, renewed }) => {
    const book = student.books.find(({ barcode }) => barcode === form.get("barcode"))
    if (book === undefined || !book.renewable || renewed.has(book.barcode))
      return { content: "续借失败：这本书不能再续借" }
    renewed.add(book.barcode)
    return { content: "续借成功" }
  },
  pe: ({ student: { runs } }) => ({ content: String(runs.count), rank: runs.rank, remain: runs.daysLeft })
}

const loanDays = 30

const formOf = (request: HttpServerRequest.HttpServerRequest) =>
  request.text.pipe(
    Effect.orElseSucceed(() => ""),
    Effect.map((text) => new URLSearchParams(text))
  )

const noticeText = (section: string, title: string): string =>
  `${title}\n\n${section}\n\n这里是模拟的学校，没有正文。\n`
