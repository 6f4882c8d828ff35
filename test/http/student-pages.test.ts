/** The pages that links in the chat lead to: the week, the calendar to subscribe to, and the books. */
import { createServer } from "node:http"
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert, describe, it } from "@effect/vitest"
import { Context, DateTime, Effect, Layer } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import type { Page } from "playwright-core"
import { Bindings } from "../../src/campus/bindings.ts"
import { type LinkedPage, Links } from "../../src/campus/links.ts"
import { booksRoutes } from "../../src/http/books.ts"
import { timetableRoutes } from "../../src/http/timetable.ts"
import { publicUrl, startRig, student } from "../campus/campus-rig.ts"
import { browser } from "../simulator/browser.ts"
import { barriersOn } from "./barriers.ts"

const timeZone = DateTime.zoneMakeNamedUnsafe("Asia/Shanghai")

const stage = Effect.gen(function* () {
  const rig = yield* startRig()
  yield* rig.bind()
  const routes = Layer.merge(timetableRoutes(timeZone), booksRoutes({ publicUrl, timeZone }))
  const served = yield* Layer.build(
    HttpRouter.serve(routes, { disableLogger: true, disableListenLog: true }).pipe(
      Layer.provide(Layer.succeedContext(rig.context)),
      Layer.provideMerge(NodeHttpServer.layer(createServer, { host: "127.0.0.1", port: 0 }))
    )
  ).pipe(Effect.provideContext(rig.context))
  const { address } = Context.get(served, HttpServer.HttpServer)
  const here = `http://127.0.0.1:${address._tag === "UnixPathAddress" ? assert.fail("a path") : address.port}`
  const linkTo = (page: LinkedPage) =>
    Effect.map(rig.run(Links.use((links) => links.to(page, student))), (link) =>
      link.replace(publicUrl, here)
    )
  const get = (url: string, form?: URLSearchParams) =>
    Effect.promise(async () => {
      const response = await fetch(url, form === undefined ? {} : { method: "POST", body: form })
      return { status: response.status, headers: response.headers, body: await response.text() }
    })
  return { ...rig, here, linkTo, get }
})

const screens = [
  { width: 320, height: 640, colorScheme: "light" },
  { width: 390, height: 844, colorScheme: "dark" },
  { width: 768, height: 1024, colorScheme: "light" }
] as const

/** Opens a page at the widths of phones and a tablet, light and dark, and leaves a picture of each in `test-output`. */
const onPhones = Effect.fnUntraced(function* (
  name: string,
  link: string,
  look: (tab: Page) => Promise<void>
) {
  const chrome = yield* browser
  const folder = join(import.meta.dirname, "../../test-output")
  mkdirSync(folder, { recursive: true })
  for (const { width, height, colorScheme } of screens) {
    yield* Effect.promise(async () => {
      const tab = await chrome.newPage({ viewport: { width, height }, colorScheme })
      await tab.goto(link)
      await tab.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`), fullPage: true })
      assert.deepStrictEqual(await barriersOn(tab), [])
      await look(tab)
      assert.isAtMost(Number(await tab.evaluate("document.documentElement.scrollWidth")), width)
      await tab.close()
    })
  }
})

/** Numbers and Latin words that go over two lines, or out of their class. */
const brokenWords = `[...document.querySelectorAll(".class .whole")].filter((word) =>
  word.getClientRects().length > 1 ||
  word.getBoundingClientRect().right > word.closest(".class").getBoundingClientRect().right
).map((word) => word.textContent)`

describe("the timetable as a page", () => {
  it.live("shows the week with today marked, at phone width, light and dark, without scripts", () =>
    Effect.gen(function* () {
      const { linkTo, get } = yield* stage
      const link = yield* linkTo("timetable")
      const page = yield* get(link)
      assert.strictEqual(page.status, 200)
      assert.include(page.headers.get("content-security-policy") ?? "", "default-src 'none'")
      assert.include(page.body, "第12周")
      assert.notInclude(page.body, "<script")
      assert.match(page.body, /aria-current="date"/u)
      assert.notInclude(page.body, "高等数学")
      assert.include((yield* get(`${link}&week=11`)).body, "高等数学")
      yield* onPhones("timetable", link, async (tab) => {
        assert.strictEqual(await tab.getByRole("columnheader", { name: "今天" }).count(), 1)
        assert.strictEqual(
          await tab.getByRole("cell", { name: /大学英语.*教三-303.*09:50–11:25/u }).count(),
          1
        )
        assert.strictEqual(await tab.getByRole("table", { name: "第 12 周的课表" }).count(), 1)
        assert.deepStrictEqual(await tab.evaluate(brokenWords), [])
      })
    }).pipe(Effect.scoped)
  )

  it.live("is refused with a sentence: spoiled, expired, unbound, and a school that is down", () =>
    Effect.gen(function* () {
      const { linkTo, get, here, gateway, clock, run } = yield* stage
      assert.strictEqual((yield* get(`${here}/timetable`)).status, 400)
      assert.strictEqual((yield* get(`${here}/timetable?link=${"A".repeat(80)}`)).status, 400)
      const link = yield* linkTo("timetable")
      assert.strictEqual((yield* get(link.replace("/timetable?", "/books?"))).status, 400)
      gateway.answer = () => ({ status: 500 })
      const down = yield* get(link)
      assert.strictEqual(down.status, 503)
      assert.include(down.body, "没有回答")
      clock.setTo("2027-02-24T08:30")
      assert.strictEqual((yield* get(link)).status, 410)
      const fresh = yield* linkTo("timetable")
      yield* run(Bindings.use((bindings) => bindings.forget(student)))
      assert.include((yield* get(fresh)).body, "更新绑定信息")
    }).pipe(Effect.scoped)
  )
})

describe("the timetable as a calendar", () => {
  it.live("has every class of the term once, folded and escaped as RFC 5545 wants it", () =>
    Effect.gen(function* () {
      const { linkTo, get } = yield* stage
      const { status, headers, body } = yield* get(yield* linkTo("calendar"))
      assert.strictEqual(status, 200)
      assert.match(headers.get("content-type") ?? "", /^text\/calendar/u)
      assert.isTrue(body.endsWith("END:VCALENDAR\r\n"))
      for (const line of body.split("\r\n")) {
        assert.isAtMost(Buffer.byteLength(line), 75)
        assert.notInclude(line, "\n")
      }
      const events = body.replaceAll("\r\n ", "").split("BEGIN:VEVENT\r\n").slice(1)
      const fieldOf = (event: string, name: string) =>
        new RegExp(`^${name}[:;](.*)\r$`, "mu").exec(event)?.[1]
      assert.strictEqual(new Set(events.map((event) => fieldOf(event, "UID"))).size, events.length)
      const count = (course: string) =>
        events.filter((event) => fieldOf(event, "SUMMARY")?.startsWith(course)).length
      assert.deepStrictEqual(
        ["大学物理", "高等数学", "大学英语", "数据结构", "形势与政策"].map(count),
        [16, 8, 8, 16, 16]
      )
      const odd = events.find((event) => fieldOf(event, "SUMMARY") === "高等数学")
      assert.strictEqual(fieldOf(odd ?? "", "DTSTART"), "20260908T015000Z")
      assert.strictEqual(fieldOf(odd ?? "", "DTEND"), "20260908T032500Z")
      assert.include(fieldOf(odd ?? "", "DESCRIPTION") ?? "", "陈老师")
    }).pipe(Effect.scoped)
  )
})

describe("the books as a page", () => {
  it.live("renews by a form, and never by opening the link", () =>
    Effect.gen(function* () {
      const { linkTo, get, here, gateway } = yield* stage
      const link = yield* linkTo("books")
      const page = yield* get(link)
      assert.match(page.body, /逾期 4 天.*三体/su)
      assert.lengthOf(gateway.askedAt("/api/renew"), 0)
      const form = new URLSearchParams({
        link: new URL(link).searchParams.get("link") ?? "",
        barcode: "barcode-三体"
      })
      assert.include((yield* get(`${here}/books`, form)).body, "续借成功")
      assert.strictEqual(gateway.askedAt("/api/renew")[0]?.form.get("barcode"), "barcode-三体")
    }).pipe(Effect.scoped)
  )

  it.live("fits a phone, light and dark, with a button for each book that can be renewed", () =>
    Effect.gen(function* () {
      const { linkTo } = yield* stage
      const link = yield* linkTo("books")
      yield* onPhones("books", link, async (tab) => {
        assert.strictEqual(await tab.getByRole("heading", { level: 2 }).count(), 3)
        assert.strictEqual(await tab.getByRole("button", { name: /续借/u }).count(), 2)
        await tab.getByRole("button", { name: /三体/u }).click()
        await tab.getByRole("status").waitFor()
        assert.strictEqual(await tab.getByRole("button", { name: /续借/u }).count(), 2)
      })
    }).pipe(Effect.scoped)
  )
})
