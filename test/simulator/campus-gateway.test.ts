import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert, describe, it } from "@effect/vitest"
import { Context, DateTime, Effect, Layer, Redacted } from "effect"
import { FetchHttpClient, HttpRouter, HttpServer } from "effect/http"
import { createServer } from "node:http"
import { CampusGateway } from "../../src/campus/gateway.ts"
import { schoolTimeAt } from "../../src/core/calendar.ts"
import { nextClass, planOf, readTimetable } from "../../src/core/timetable.ts"
import { campusPath, simulatorCampusRoutes } from "../../src/simulator/campus-gateway.ts"
import { startDateFor, students } from "../../src/simulator/campus-students.ts"

const timeZone = DateTime.zoneMakeNamedUnsafe("Asia/Shanghai")

/** The real client, and the simulated school over HTTP. */
const client = Effect.gen(function* () {
  const server = yield* Layer.build(
    HttpRouter.serve(simulatorCampusRoutes(timeZone), { disableLogger: true, disableListenLog: true }).pipe(
      Layer.provideMerge(NodeHttpServer.layer(createServer, { host: "127.0.0.1", port: 0 }))
    )
  )
  const { address } = Context.get(server, HttpServer.HttpServer)
  const port = address._tag === "UnixPathAddress" ? assert.fail("a path") : address.port
  const built = yield* Layer.build(
    CampusGateway.layer({ gatewayUrl: `http://127.0.0.1:${port}${campusPath}`, appId: "demo" }).pipe(
      Layer.provide(FetchHttpClient.layer)
    )
  )
  return Context.get(built, CampusGateway)
})

describe("the simulated school", () => {
  it.live.each(students)("answers $name in every call", ({ card, password, lecturers, books }) =>
    Effect.gen(function* () {
      const gateway = yield* client
      const uuid = yield* gateway.signIn({ number: card, password: Redacted.make(password) })
      const timetable = yield* gateway.timetable(uuid)
      assert.isAbove(timetable.entries.length, 8)
      assert.lengthOf(Object.keys(timetable.lecturers), lecturers.length)
      const notices = yield* gateway.notices(uuid)
      assert.isAbove(notices.length, 5)
      for (const { href } of notices) {
        const page = yield* Effect.promise(() => fetch(href))
        assert.strictEqual(page.status, 200)
        assert.match(page.headers.get("content-type") ?? "", /charset=utf-8/iu)
        yield* Effect.promise(() => page.text())
      }
      assert.isNotEmpty((yield* gateway.freeRooms(uuid, { date: "2026-11-24", from: 3, to: 5 })).names)
      assert.isAbove((yield* gateway.running(uuid)).count, 0)
      const before = yield* gateway.books(uuid)
      assert.lengthOf(before, books.length)
      const renewable = before.find((book) => book.renewable) ?? assert.fail("no book can be renewed")
      assert.match(yield* gateway.renew(uuid, renewable.barcode), /成功/u)
      assert.match(yield* gateway.renew(uuid, renewable.barcode), /失败/u)
      const after = (yield* gateway.books(uuid)).find(({ barcode }) => barcode === renewable.barcode)
      assert.isFalse(after?.renewable)
      assert.isTrue((after?.dueDate ?? "") > renewable.dueDate)
    }).pipe(Effect.scoped)
  )

  it.live("refuses a wrong password and a uuid that it did not give", () =>
    Effect.gen(function* () {
      const gateway = yield* client
      const card = { number: students[0]?.card ?? "", password: Redacted.make("wrong") }
      assert.strictEqual((yield* Effect.flip(gateway.signIn(card)))._tag, "GatewayUnauthorised")
      assert.strictEqual(
        (yield* Effect.flip(gateway.books(Redacted.make("0".repeat(40)))))._tag,
        "GatewayUnauthorised"
      )
    }).pipe(Effect.scoped)
  )

  it.live.each(students)(
    "$name has a class soon, and a week worth looking at, on whatever day the demo starts",
    ({ card, password }) =>
      Effect.gen(function* () {
        const gateway = yield* client
        const uuid = yield* gateway.signIn({ number: card, password: Redacted.make(password) })
        const timetable = yield* gateway.timetable(uuid)
        const first = schoolTimeAt(Date.now(), timeZone).day
        for (let day = first; day < first + 400; day += 1) {
          const { month, day: date } = startDateFor(day)
          const read = readTimetable({ ...timetable, start: { month: month + 1, day: date } }, day)
          const next = nextClass(read, { day, minute: 22 * 60 })
          assert.isAtMost((next?.day ?? Infinity) - day, 1)
          assert.isNotEmpty(planOf(read, day).classes)
        }
      }).pipe(Effect.scoped)
  )
})

describe("the page with the phones", () => {
  it.each(students)("tells the card and the password of $name", ({ card, password }) => {
    const page = readFileSync(join(import.meta.dirname, "../../src/simulator/page/index.html"), "utf8")
    assert.include(page, `<kbd>${card}</kbd>`)
    assert.include(page, `<kbd>${password}</kbd>`)
  })
})
