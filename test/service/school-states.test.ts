/** Every button of the school in every state of its gateway, against a real process. */
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { buttons, isCampusButton } from "../../src/core/button.ts"
import { type Answer, type Asked, fakeGateway, uuid } from "../campus/fake-gateway.ts"
import { cardNumber, password, schoolAnswers } from "../campus/fake-school.ts"
import { exchange } from "./callback.ts"
import { textOf } from "./sentences.ts"
import { type Person, stage } from "./stage.ts"
import { emptyFolder } from "./xiaohou-process.ts"

/** WeChat hangs up after five seconds. */
const fiveSeconds = 5_000

const asking = buttons.filter(isCampusButton).filter((button) => button !== "更新绑定信息")

/** With 201 and 401 between failures, since eight of those in a row let a call rest. */
const states: ReadonlyArray<readonly [string, Answer, RegExp]> = [
  ["broken", { body: { code: 500, content: "" } }, /^学校系统出了问题/u],
  ["refreshing", { body: { code: 201, content: "" } }, /^学校正在准备最新的数据/u],
  ["talking garbage", { body: "<html>ok</html>" }, /^学校系统的回答看不懂/u],
  ["refusing", { status: 401, body: "" }, /重新绑定.*\/bind\?/su],
  ["gone", { after: "cut" }, /^学校系统现在没有回答/u],
  ["slow", { after: "never" }, /^学校系统现在没有回答/u]
]

const bindLinkIn = (words: string) => /href="([^"]*\/bind\?[^"]*)"/u.exec(words)?.[1] ?? assert.fail(words)

const bind = Effect.fnUntraced(function* (person: Person) {
  const { origin, searchParams } = new URL(bindLinkIn(textOf(yield* person.presses("更新绑定信息"))))
  const body = new URLSearchParams({ link: searchParams.get("link") ?? "", cardNumber, password })
  const page = yield* Effect.promise(() => fetch(`${origin}/bind`, { method: "POST", body }))
  assert.strictEqual(page.status, 200)
  // The word of the binding comes when its timetable is there, or is not.
  assert.match(textOf(yield* person.hears(10_000)), /绑定成功/u)
})

/** All buttons at once; each is answered in its own exchange, before WeChat hangs up. */
const askAll = (person: Person) =>
  Effect.forEach(
    asking,
    (button) =>
      Effect.gen(function* () {
        const begun = performance.now()
        const words = textOf(yield* person.presses(button))
        assert.isBelow(performance.now() - begun, fiveSeconds, button)
        return words
      }),
    { concurrency: "unbounded" }
  )

describe("the school's buttons", () => {
  it.live(
    "each is the right sentence in time, whatever the gateway does",
    () =>
      Effect.gen(function* () {
        let state: (asked: Asked) => Answer = schoolAnswers
        const gateway = yield* fakeGateway((asked) =>
          asked.path === "/uc/auth" ? schoolAnswers(asked) : state(asked)
        )
        const folder = yield* emptyFolder
        const all = yield* stage({
          servers: 1,
          variables: { CAMPUS_URL: gateway.url, DATABASE_URL: `sqlite:${join(folder, "x.sqlite")}` }
        })
        for (const [name, answer, sentence] of states) {
          state = () => answer
          const person = all.person()
          yield* bind(person)
          for (const [index, words] of (yield* askAll(person)).entries()) {
            assert.match(words, sentence, `${name}: ${asking[index]}`)
          }
          assert.isEmpty(person.rest(), name)
        }
        state = schoolAnswers
        const person = all.person()
        yield* bind(person)
        const good = yield* askAll(person)
        for (const [index, words] of good.entries()) {
          assert.notMatch(words, /数据更新于|学校系统|绑定/u, asking[index])
        }
        for (const [name, answer] of states.filter(([name]) => name !== "refusing")) {
          state = () => answer
          // Asked first, it says that the stored timetable may be out of date.
          assert.match(textOf(yield* person.presses("更新课表")), /数据更新于/u, name)
          for (const [index, words] of (yield* askAll(person)).entries()) {
            assert.match(words, /数据更新于 \d\d:\d\d$/u, `${name}: ${asking[index]}`)
          }
        }
        const logs = all.servers.map(({ process }) => process.stdout() + process.stderr()).join("")
        for (const secret of [uuid, cardNumber, password, person.openid]) assert.notInclude(logs, secret)
        const metrics = yield* Effect.promise(() => exchange(`${all.servers[0]?.url}/metrics`))
        assert.match(metrics.body, /campus_calls_total\{.*answer not understood.*\} [1-9]/u)
      }).pipe(Effect.scoped),
    120_000
  )
})
