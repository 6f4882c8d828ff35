/** A student binds a card by way of the chat, and takes it back, against real processes. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted, Schedule } from "effect"
import { type Answer, type Asked, fakeGateway, good } from "../campus/fake-gateway.ts"
import { Database } from "../../src/database/database.ts"
import { postgresProcess } from "../database/postgres-process.ts"
import { exchange, type Shown } from "./callback.ts"
import { assertSays, textOf } from "./sentences.ts"
import { type Person, stage, type Stage } from "./stage.ts"
import { emptyFolder } from "./xiaohou-process.ts"

const card = { cardNumber: "213139876", password: "very-secret-password" }
const uuid = "7".repeat(40)

const school = ({ path, form }: Asked): Answer => {
  if (path === "/uc/auth") return form.get("password") === card.password ? { body: uuid } : { status: 401 }
  return path === "/api/curriculum"
    ? good({ Mon: [["高等数学", "[1-16周]1-2节", "教一-101"]], startdate: { month: 8, day: 1 } })
    : { status: 500 }
}

const linkIn = (said: Shown | undefined): string =>
  /href="([^"]*\/bind\?[^"]*)"/u.exec(textOf(said))?.[1] ?? assert.fail(`no link in ${textOf(said)}`)

const submit = (address: string, fields: Readonly<Record<string, string>>) => {
  const { origin, searchParams } = new URL(address)
  return Effect.promise(async () => {
    const body = new URLSearchParams({ link: searchParams.get("link") ?? "", ...fields })
    const response = await fetch(`${origin}/bind`, { method: "POST", body })
    return { status: response.status, body: await response.text() }
  })
}

const bind = Effect.fnUntraced(function* (person: Person) {
  const page = yield* submit(linkIn(yield* person.presses("更新绑定信息")), card)
  assert.strictEqual(page.status, 200)
  assert.match(textOf(yield* person.hears(10_000)), /绑定成功/u)
})

const keepsSecrets = (all: Stage, person: Person) => {
  for (const { process } of all.servers) {
    const logs = process.stdout() + process.stderr()
    for (const secret of [person.openid, uuid, ...Object.values(card)]) assert.notInclude(logs, secret)
  }
}

describe("binding a card", () => {
  it.live(
    "by a link from one server on the page of another; 取消绑定 and unfollowing leave nothing in the files",
    () =>
      Effect.gen(function* () {
        const gateway = yield* fakeGateway(school)
        const folder = yield* emptyFolder
        const all = yield* stage({
          servers: 2,
          variables: { CAMPUS_URL: gateway.url, DATABASE_URL: `sqlite:${join(folder, "deep", "x.sqlite")}` }
        })
        const holds = (words: string) =>
          readdirSync(join(folder, "deep")).some((file) =>
            readFileSync(join(folder, "deep", file)).includes(words)
          )
        const a = all.person(1)
        assert.match(textOf(yield* a.presses("今天课表")), /绑定.*href/su)
        assert.match(textOf(yield* a.says("取消绑定")), /绑定.*href/su)
        yield* bind(a)
        assert.isTrue(holds(a.openid))
        const askedBefore = gateway.askedAt("/api/curriculum").length
        assert.notInclude(textOf(yield* a.presses("今天课表")), "绑定")
        assert.strictEqual(gateway.askedAt("/api/curriculum").length, askedBefore)
        assert.include(textOf(yield* a.says("取消绑定")), "已取消绑定")
        for (const trace of [a.openid, uuid, card.cardNumber]) assert.isFalse(holds(trace), trace)
        assert.match(textOf(yield* a.presses("今天课表")), /绑定.*href/su)
        yield* bind(a)
        const open = linkIn(yield* a.presses("更新绑定信息"))
        yield* a.unfollows
        assert.strictEqual((yield* submit(open, card)).status, 410)
        for (const trace of [a.openid, uuid]) assert.isFalse(holds(trace), trace)
        keepsSecrets(all, a)
      }).pipe(Effect.scoped)
  )

  it.live(
    "a database that is gone is a sentence in the chat and on the page, 503 at /readyz, and no end of chats",
    () =>
      Effect.gen(function* () {
        const gateway = yield* fakeGateway(school)
        const postgres = yield* postgresProcess
        const url = Redacted.value(yield* postgres.emptyDatabase)
        const all = yield* stage({ servers: 1, variables: { CAMPUS_URL: gateway.url, DATABASE_URL: url } })
        const a = all.person()
        const leaving = all.person()
        yield* bind(a)
        yield* bind(leaving)
        yield* postgres.kill
        yield* leaving.unfollows
        const address = linkIn(yield* a.presses("更新绑定信息"))
        const page = yield* submit(address, card)
        assert.strictEqual(page.status, 503)
        assert.include(page.body, "小猴这边出了点问题")
        assertSays(yield* a.presses("今天课表"))
        assertSays(yield* a.says("取消绑定"))
        assertSays(yield* a.presses("配对"), "正在配对")
        const ready = yield* Effect.promise(() => exchange(`${all.servers[0]?.url}/readyz`))
        assert.strictEqual(ready.status, 503)
        assert.include(ready.body, "the database does not answer")
        yield* postgres.start
        // The database never heard of a link that was made without it.
        assert.strictEqual((yield* submit(address, card)).status, 410)
        assert.strictEqual((yield* submit(linkIn(yield* a.presses("更新绑定信息")), card)).status, 200)
        assert.include(textOf(yield* a.says("#取消绑定")), "已取消绑定")
        const rows = yield* Database.use((database) =>
          Effect.repeat(
            database.use((sql) => sql`SELECT openid FROM bindings UNION SELECT person FROM bind_links`),
            { schedule: Schedule.spaced(200), until: ({ length }) => length === 0 }
          )
        ).pipe(Effect.provide(Database.layer(Redacted.make(url))), Effect.timeout(15_000))
        assert.isEmpty(rows)
        keepsSecrets(all, a)
      }).pipe(Effect.scoped)
  )
})
