import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { eventually } from "./eventually.ts"
import { textOf } from "./sentences.ts"
import { type Person, stage } from "./stage.ts"

const made = "已配对成功，可以开始聊天"

const timesTold = (person: Person) => person.heard.filter((heard) => textOf(heard).includes(made)).length

const atOnce = { concurrency: "unbounded", discard: true } as const

describe("many people at once", () => {
  it.live("20 people press 配对 at once on two servers: 10 pairs, mutual, each told once", () =>
    Effect.gen(function* () {
      const all = yield* stage({ servers: 2 })
      for (let round = 0; round < 3; round += 1) {
        const people = Array.from({ length: 20 }, (_, index) => all.person(index % 2))
        yield* Effect.forEach(people, (person) => person.presses("配对"), atOnce)
        yield* eventually("all are told", () =>
          people.every((one) => timesTold(one) > 0) ? true : undefined
        )
        const from = people.map((person) => person.heard.length)
        yield* Effect.forEach(people, (person, index) => person.says(`我是${index}`), atOnce)
        const said = (index: number) => people[index]?.heard.slice(from[index]).map(textOf) ?? []
        yield* eventually("all have heard their partner", () =>
          people.every((_, index) => said(index).length > 0) ? true : undefined
        )
        for (const [index, person] of people.entries()) {
          assert.strictEqual(timesTold(person), 1)
          const [line = ""] = said(index)
          assert.deepStrictEqual(said(index), [line])
          const partner = Number(line.slice("我是".length))
          assert.notStrictEqual(partner, index)
          assert.deepStrictEqual(said(partner), [`我是${index}`])
        }
      }
    }).pipe(Effect.scoped)
  )

  it.live("one person who presses twice at once on two servers gets one place", () =>
    Effect.gen(function* () {
      const all = yield* stage({ servers: 2 })
      for (let round = 0; round < 5; round += 1) {
        const [a, b, c] = [all.person(0), all.person(1), all.person(0)]
        const press = { Event: "CLICK", EventKey: "配对" }
        yield* Effect.all(
          [a.message("event", press).attempt(), a.message("event", press).attempt({ server: 1 })],
          atOnce
        )
        yield* b.presses("配对")
        yield* eventually("both are told", () => (timesTold(b) > 0 ? true : undefined))
        assert.include(textOf(yield* c.presses("配对")), "正在配对")
        assert.isUndefined(yield* b.says("只有你"))
        assert.strictEqual(
          textOf(yield* eventually("A hears B", () => a.heard.findLast((one) => textOf(one) === "只有你"))),
          "只有你"
        )
        assert.deepStrictEqual(c.rest(), [])
        yield* c.presses("退出")
        yield* b.presses("退出")
      }
    }).pipe(Effect.scoped)
  )
})
