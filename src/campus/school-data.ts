/** What the school knows about its students, kept for a while: fresh if the gateway answers, older if it does not. */
import { createHash } from "node:crypto"
import { Context, Effect, Layer, Option, Redacted, Schema } from "effect"
import { isoDay } from "../core/calendar.ts"
import { Book, FreeRooms, Notice, RunningCount, SchoolTimetable } from "../core/campus-data.ts"
import { daySeconds, hourMillis, hourSeconds } from "../core/durations.ts"
import type { RoomQuestion } from "../core/free-rooms.ts"
import type { Openid } from "../core/openid.ts"
import { Memcached } from "../memcached/memcached.ts"
import { Bindings } from "./bindings.ts"
import { CampusGateway, type Uuid } from "./gateway.ts"
import type { GatewayError } from "./gateway-exchange.ts"
import { type Dated, makeKeptAnswers } from "./kept-answers.ts"

/** Somebody who is bound. */
export interface Student {
  readonly openid: Openid
  readonly uuid: Uuid
}

type Answer<A> = Effect.Effect<Dated<A>, GatewayError>

export class SchoolData extends Context.Service<
  SchoolData,
  {
    /** `stored`: what was fetched in the last hours is good enough. */
    readonly timetable: (student: Student, wanted: "stored" | "new") => Answer<SchoolTimetable>
    readonly notices: (student: Student) => Answer<ReadonlyArray<Notice>>
    readonly freeRooms: (student: Student, question: Omit<RoomQuestion, "isNow">) => Answer<FreeRooms>
    readonly books: (student: Student) => Answer<ReadonlyArray<Book>>
    readonly running: (student: Student) => Answer<RunningCount>
    /** What the library says about it. */
    readonly renew: (student: Student, barcode: string) => Effect.Effect<string, GatewayError>
    /** Deletes what is kept of a user; if memcached does not, it belongs to no binding any more and ends by itself. */
    readonly forget: (openid: Openid) => Effect.Effect<void>
  }
>()("xiaohou/campus/SchoolData") {
  static readonly layer: Layer.Layer<SchoolData, never, Bindings | CampusGateway | Memcached> = Layer.effect(
    SchoolData,
    Effect.suspend(() => make)
  )
}

/** How long answers are kept, in seconds: an old timetable is better than none, an old list of free rooms is not. */
export const ttlSeconds = {
  timetable: 30 * daySeconds,
  notices: 7 * daySeconds,
  rooms: hourSeconds,
  books: 7 * daySeconds,
  running: 7 * daySeconds
} as const

/** Timetables change a few times in a term; 更新课表 fetches them at once. */
const timetableGoodForMillis = 12 * hourMillis

/** Names under which answers are kept in memcached. */
export const keys = {
  timetable: (openid: Openid) => `timetable:${openid}`,
  books: (openid: Openid) => `books:${openid}`,
  running: (openid: Openid) => `running:${openid}`,
  notices: "notices",
  rooms: ({ day, periods }: Omit<RoomQuestion, "isNow">) =>
    `rooms:${isoDay(day)}:${periods.from}-${periods.to}`
} as const

const make = Effect.gen(function* () {
  const bindings = yield* Bindings
  const gateway = yield* CampusGateway
  const memcached = yield* Memcached
  const scope = yield* Effect.scope
  const kept = <A>(schema: Schema.Codec<A, unknown>, ttlSeconds: number) =>
    makeKeptAnswers({ memcached, scope, schema, ttlSeconds })
  const timetables = kept<SchoolTimetable>(SchoolTimetable, ttlSeconds.timetable)
  const notices = kept<ReadonlyArray<Notice>>(Schema.Array(Notice), ttlSeconds.notices)
  const rooms = kept<FreeRooms>(FreeRooms, ttlSeconds.rooms)
  const books = kept<ReadonlyArray<Book>>(Schema.Array(Book), ttlSeconds.books)
  const runs = kept<RunningCount>(RunningCount, ttlSeconds.running)

  /** An answer about one student; a user who binds another card does not get what was kept of the last one. */
  const own = (student: Student, keyOf: (openid: Openid) => string) => {
    const mark = markOf(student)
    const isWanted = bindings.of(student.openid).pipe(
      Effect.map(Option.exists((uuid) => markOf({ ...student, uuid }) === mark)),
      // While the database is away, no binding can be deleted either.
      Effect.orElseSucceed(() => true)
    )
    return { key: keyOf(student.openid), asker: mark, owner: mark, isWanted }
  }

  return SchoolData.of({
    timetable: (student, wanted) =>
      timetables.ask({
        ...own(student, keys.timetable),
        fetch: gateway.timetable(student.uuid),
        goodForMillis: wanted === "stored" ? timetableGoodForMillis : 0
      }),
    notices: (student) =>
      notices.ask({
        key: keys.notices,
        asker: markOf(student),
        fetch: gateway.notices(student.uuid),
        goodForMillis: 0
      }),
    freeRooms: (student, question) =>
      rooms.ask({
        key: keys.rooms(question),
        asker: markOf(student),
        fetch: gateway.freeRooms(student.uuid, { date: isoDay(question.day), ...question.periods }),
        goodForMillis: 0
      }),
    books: (student) =>
      books.ask({ ...own(student, keys.books), fetch: gateway.books(student.uuid), goodForMillis: 0 }),
    running: (student) =>
      runs.ask({ ...own(student, keys.running), fetch: gateway.running(student.uuid), goodForMillis: 0 }),
    renew: (student, barcode) =>
      // The due dates have changed.
      Effect.tap(gateway.renew(student.uuid, barcode), () => books.forget(keys.books(student.openid))),
    forget: (openid) =>
      Effect.all(
        [
          timetables.forget(keys.timetable(openid)),
          books.forget(keys.books(openid)),
          runs.forget(keys.running(openid))
        ],
        { concurrency: "unbounded", discard: true }
      )
  })
})

const markCharacters = 16

/** Tells bindings apart without giving the uuid away. */
const markOf = ({ uuid }: Student): string =>
  createHash("sha256").update(Redacted.value(uuid)).digest("base64url").slice(0, markCharacters)
