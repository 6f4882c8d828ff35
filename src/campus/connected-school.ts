/** Answers the questions of the chat from a connected school: who asks, what the school says, and the words if it says nothing. */
import { Clock, type DateTime, Effect, Layer, Option } from "effect"
import { Campus } from "../chat/campus.ts"
import { instantOf, schoolTimeAt, type SchoolTime } from "../core/calendar.ts"
import type { CampusAnswer } from "../core/campus-answer.ts"
import type { SchoolTimetable } from "../core/campus-data.ts"
import type { CampusQuestion } from "../core/campus-question.ts"
import { minuteMillis } from "../core/durations.ts"
import { roomQuestions } from "../core/free-rooms.ts"
import type { Openid } from "../core/openid.ts"
import { isPeriods } from "../core/periods.ts"
import type { Sentence } from "../core/sentence.ts"
import { nextClass, planOf, readTimetable, seasonOf } from "../core/timetable.ts"
import { makeBindLink } from "./bind-link.ts"
import { Bindings } from "./bindings.ts"
import { bindingsBusy, makeForgetForGood, makeForgetStudent } from "./forget-student.ts"
import type { GatewayError } from "./gateway-exchange.ts"
import type { Dated } from "./kept-answers.ts"
import { Links } from "./links.ts"
import { SchoolData, type Student } from "./school-data.ts"

/** An answer is due 4.5 s after the message; the chat needs a part of that for itself. */
const answerBudgetMillis = 4_000

export const connectedSchoolLayer = (options: {
  readonly timeZone: DateTime.TimeZone
}): Layer.Layer<Campus, never, Bindings | Links | SchoolData> => Layer.effect(Campus, make(options.timeZone))

type Answers = Effect.Effect<ReadonlyArray<CampusAnswer>, GatewayError>

const make = Effect.fnUntraced(function* (timeZone: DateTime.TimeZone) {
  const bindings = yield* Bindings
  const bindLinkFor = yield* makeBindLink
  const links = yield* Links
  const school = yield* SchoolData
  const forget = yield* makeForgetStudent
  const forgetForGood = yield* makeForgetForGood

  const now = Effect.map(Clock.currentTimeMillis, (millis) => schoolTimeAt(millis, timeZone))

  /** When an answer was fetched, if it is old. */
  const asOf = ({ isOld, fetchedAtMillis }: Dated<unknown>, time: SchoolTime): ReadonlyArray<CampusAnswer> =>
    isOld ? [{ _tag: "AsOf", now: time, fetched: schoolTimeAt(fetchedAtMillis, timeZone) }] : []

  const dayPlan = Effect.fnUntraced(function* (student: Student, tag: "Today" | "Tomorrow") {
    const [time, found, link] = yield* timetableOf(student, "stored")
    const day = time.day + (tag === "Today" ? 0 : 1)
    const plan = planOf(readTimetable(found.value, time.day), day)
    return [{ _tag: tag, plan, link }, ...asOf(found, time)] satisfies ReadonlyArray<CampusAnswer>
  })

  const timetableOf = (student: Student, wanted: "stored" | "new") =>
    Effect.all([now, school.timetable(student, wanted), links.to("timetable", student.openid)])

  const updated = Effect.fnUntraced(function* (student: Student) {
    const [time, found, link] = yield* timetableOf(student, "new")
    const plan = planOf(readTimetable(found.value, time.day), time.day)
    if (!found.isOld) return [{ _tag: "TimetableUpdated", plan, link }] satisfies ReadonlyArray<CampusAnswer>
    const why = found.problem === undefined ? "silent" : reasonOf(found.problem)
    return [
      { _tag: "NoAnswer", why },
      { _tag: "Today", plan, link },
      ...asOf(found, time)
    ] satisfies ReadonlyArray<CampusAnswer>
  })

  const next = Effect.fnUntraced(function* (student: Student) {
    const [time, found, link] = yield* timetableOf(student, "stored")
    return [
      { _tag: "NextClass", link, ...nextIn(found.value, time) },
      ...asOf(found, time)
    ] satisfies ReadonlyArray<CampusAnswer>
  })

  const nextIn = (timetable: SchoolTimetable, time: SchoolTime) => {
    const read = readTimetable(timetable, time.day)
    const season = seasonOf(read, time.day)
    const found = nextClass(read, time)
    if (found === undefined) return { today: time.day, season }
    const begins = { day: found.day, minute: found.class.startMinute }
    const minutesUntil = Math.round((instantOf(begins, timeZone) - instantOf(time, timeZone)) / minuteMillis)
    return { today: time.day, season, next: { ...found, minutesUntil } }
  }

  const freeRooms = Effect.fnUntraced(function* (student: Student, periods: CampusQuestion["periods"]) {
    const time = yield* now
    if (periods !== undefined && !isPeriods(periods)) {
      return [{ _tag: "NoSuchPeriods" }] satisfies ReadonlyArray<CampusAnswer>
    }
    const questions = periods === undefined ? roomQuestions(time) : [{ day: time.day, periods, isNow: false }]
    const found = yield* Effect.forEach(
      questions,
      (question) => Effect.map(school.freeRooms(student, question), (answer) => ({ question, answer })),
      { concurrency: "unbounded" }
    )
    const oldest = found
      .map(({ answer }) => answer)
      .filter(({ isOld }) => isOld)
      .sort((one, other) => one.fetchedAtMillis - other.fetchedAtMillis)[0]
    return [
      {
        _tag: "FreeRooms",
        today: time.day,
        found: found.map(({ question, answer }) => ({ question, rooms: answer.value }))
      },
      ...(oldest === undefined ? [] : asOf(oldest, time))
    ] satisfies ReadonlyArray<CampusAnswer>
  })

  const said = <A>(
    answer: Effect.Effect<Dated<A>, GatewayError>,
    words: (value: A) => CampusAnswer
  ): Answers =>
    Effect.map(Effect.all([now, answer]), ([time, found]) => [words(found.value), ...asOf(found, time)])

  const answered = (student: Student, { button, periods }: CampusQuestion): Answers => {
    switch (button) {
      case "今天课表":
        return dayPlan(student, "Today")
      case "明天课表":
        return dayPlan(student, "Tomorrow")
      case "下节课":
        return next(student)
      case "更新课表":
        return updated(student)
      case "教务信息":
        return said(school.notices(student), (notices) => ({ _tag: "Notices", notices }))
      case "空闲教室":
        return freeRooms(student, periods)
      case "图书馆借书信息":
        return Effect.flatMap(Effect.all([now, links.to("books", student.openid)]), ([{ day }, renewLink]) =>
          said(school.books(student), (books) => ({ _tag: "Books", today: day, books, renewLink }))
        )
      case "跑操次数":
        return said(school.running(student), (running) => ({ _tag: "Running", running }))
      case "更新绑定信息":
        return bindLink(student.openid)
    }
  }

  const bindLink = (openid: Openid) =>
    Effect.map(bindLinkFor(openid), (link): ReadonlyArray<CampusAnswer> => [{ _tag: "BindLink", link }])

  const withoutAnswer = (openid: Openid) => (error: GatewayError) =>
    error._tag === "GatewayUnauthorised"
      ? Effect.map(bindLinkFor(openid), (link): ReadonlyArray<CampusAnswer> => [{ _tag: "BindAgain", link }])
      : Effect.as(Effect.logWarning("the school did not answer a question", { problem: error.message }), [
          { _tag: "NoAnswer", why: reasonOf(error) }
        ] satisfies ReadonlyArray<CampusAnswer>)

  const ask = Effect.fnUntraced(function* (openid: Openid, question: CampusQuestion) {
    // The link needs no school.
    if (question.button === "更新绑定信息") return yield* bindLink(openid)
    const uuid = yield* bindings.of(openid)
    if (Option.isNone(uuid)) {
      const link = yield* bindLinkFor(openid)
      return [{ _tag: "BindFirst", button: question.button, link }] satisfies ReadonlyArray<CampusAnswer>
    }
    return yield* Effect.catch(answered({ openid, uuid: uuid.value }, question), withoutAnswer(openid))
  })

  return Campus.of({
    answer: (openid, question) =>
      ask(openid, question).pipe(
        Effect.map((answers) => answers.map((answer) => ({ _tag: "Campus", answer }) as const)),
        Effect.timeoutOrElse({
          duration: answerBudgetMillis,
          orElse: () =>
            Effect.succeed([{ _tag: "Campus", answer: { _tag: "NoAnswer", why: "silent" } } as const])
        }),
        Effect.catchTag("DatabaseFailed", bindingsBusy)
      ),
    unbind: (openid) =>
      forget(openid).pipe(
        Effect.flatMap((wasBound): Effect.Effect<ReadonlyArray<Sentence>> =>
          wasBound
            ? Effect.succeed([{ _tag: "Unbound" }])
            : Effect.map(bindLinkFor(openid), (link) => [{ _tag: "NotBound", link }])
        ),
        Effect.catch(bindingsBusy)
      ),
    forget: forgetForGood
  })
})

const reasonOf = (error: GatewayError): Extract<CampusAnswer, { readonly _tag: "NoAnswer" }>["why"] => {
  if (error._tag !== "GatewayFailed") return "refreshing"
  switch (error.reason) {
    case "network":
    case "timeout":
    case "resting":
      return "silent"
    case "server error":
    case "request refused":
      return "broken"
    case "answer not understood":
      return "garbled"
  }
}
