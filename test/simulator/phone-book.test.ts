import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Schema, Stream } from "effect"
import { goodConditions } from "../../src/simulator/conditions.ts"
import { makePhoneBook, type Change, type Snapshot } from "../../src/simulator/phone-book.ts"
import { phoneHistoryBubbles, textContent } from "../../src/simulator/phone.ts"
import { wireHistoryEntries } from "../../src/simulator/wire.ts"

const Deed = Schema.Literals(["add", "show", "update", "menu", "record", "conditions", "struck"])
const Story = Schema.Array(Deed).check(Schema.isMaxLength(30))

const entry = {
  atMillis: 0,
  direction: "api",
  path: "/cgi-bin/token",
  what: "GET",
  attempt: 1,
  status: 200,
  outcome: "ok",
  explanation: "",
  good: true,
  durationMillis: 1,
  openid: "",
  faults: [],
  raw: { method: "GET", url: "", requestBody: "", openedRequest: "", answerBody: "", openedAnswer: "" }
} as const

type Book = Effect.Success<ReturnType<typeof makePhoneBook>>

const carryOut = Effect.fnUntraced(function* (book: Book, deed: typeof Deed.Type, index: number) {
  const openid = book.phones()[0]?.openid ?? ""
  if (deed === "add") book.add(`o${index}`)
  if (deed === "show") yield* book.show(openid, "own", "user", textContent(`line ${index}`))
  if (deed === "update") book.update(openid, (phone) => ({ ...phone, following: !phone.following }))
  if (deed === "menu") book.setMenu(index % 2 === 0 ? null : { button: [] })
  if (deed === "record") book.record(entry)
  if (deed === "conditions") book.setConditions({ ...goodConditions, clockAheadSeconds: index })
  if (deed === "struck") book.setStruck([index])
})

/** What the page does with a change. */
const applied = (seen: Snapshot, change: Change): Snapshot => {
  switch (change.type) {
    case "snapshot":
      return change.snapshot
    case "phone": {
      const known = seen.phones.find(({ openid }) => openid === change.phone.openid)
      const phone = { ...change.phone, bubbles: known?.bubbles ?? [] }
      return {
        ...seen,
        phones:
          known === undefined
            ? [...seen.phones, phone]
            : seen.phones.map((old) => (old === known ? phone : old))
      }
    }
    case "bubble":
      return {
        ...seen,
        phones: seen.phones.map((phone) =>
          phone.openid === change.openid ? { ...phone, bubbles: [...phone.bubbles, change.bubble] } : phone
        )
      }
    case "menu":
      return { ...seen, menu: change.menu }
    case "wire":
      return { ...seen, wire: [...seen.wire, change.entry] }
    case "conditions":
      return { ...seen, conditions: change.conditions }
    case "struck":
      return { ...seen, struck: change.counts }
    case "act":
    case "end":
      return seen
  }
}

describe("what the simulated WeChat shows", () => {
  it.effect.prop(
    "a reader who comes at any time sees the same as the book, without a gap",
    [Story, Story],
    ([before, after]) =>
      Effect.gen(function* () {
        const book = yield* makePhoneBook("小猴", goodConditions)
        yield* Effect.forEach(before, (deed, index) => carryOut(book, deed, index))
        const reader = yield* Effect.forkChild(Stream.runCollect(book.stream), { startImmediately: true })
        yield* Effect.yieldNow
        yield* Effect.forEach(after, (deed, index) => carryOut(book, deed, before.length + index))
        yield* book.endStreams
        const changes = yield* Fiber.join(reader)
        const numbered = changes.slice(0, -1).map(({ number }) => number)
        assert.deepStrictEqual(
          numbered,
          numbered.map((_, index) => (numbered[0] ?? 0) + index)
        )
        const empty = yield* (yield* makePhoneBook("小猴", goodConditions)).snapshot
        const seen = changes.reduce((snapshot, { change }) => applied(snapshot, change), empty)
        assert.deepStrictEqual(seen, yield* book.snapshot)
      })
  )

  it.effect("histories are bounded, the newest stay", () =>
    Effect.gen(function* () {
      const book = yield* makePhoneBook("小猴", goodConditions)
      book.add("o1")
      for (let count = 1; count <= phoneHistoryBubbles + 5; count++) {
        yield* book.show("o1", "own", "user", textContent(String(count)))
        book.record(entry)
      }
      const { phones, wire } = yield* book.snapshot
      assert.strictEqual(phones[0]?.bubbles.length, phoneHistoryBubbles)
      assert.strictEqual(phones[0]?.bubbles.at(-1)?.text, String(phoneHistoryBubbles + 5))
      assert.strictEqual(wire.length, wireHistoryEntries)
    })
  )
})
