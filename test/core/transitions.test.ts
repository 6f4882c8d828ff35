import { assert, describe, expect, it } from "@effect/vitest"
import { step } from "../../src/core/conversation.ts"
import { type Chat, resolve, sessionOf, stateNumber, stateNumbers } from "../../src/core/session.ts"
import { transition } from "../../src/core/transitions.ts"
import { mark, people, roomNames } from "../../src/testing/arbitraries.ts"
import { transitionsPage } from "./transitions-page.ts"

const numbers = Object.values(stateNumbers)
const room = roomNames[0]!
const partner = people[1]!
const chats: ReadonlyArray<Chat> = [
  { _tag: "Ordinary" },
  { _tag: "Looking", room },
  { _tag: "Teasing" },
  { _tag: "Paired", room, partner, sinceMillis: 0, shown: false },
  { _tag: "Paired", room, partner, sinceMillis: 0, shown: true }
]
const chatAt = (number: number): Chat => {
  const chat = chats.find((one) => stateNumber(one) === number)
  assert.isDefined(chat)
  return chat!
}
const everyWay = numbers.flatMap((from) => numbers.map((to) => [from, to] as const))

describe("ways between the state numbers", () => {
  it.each(everyWay)("from %d to %d: as step goes, or refused", (from, to) => {
    const way = transition(from, to)
    if (way?._tag === "By") {
      assert.strictEqual(stateNumber(step(chatAt(from), way.event).chat), to)
    } else if (way?._tag === "Quiet") {
      assert.isTrue(from === to || (from === 12 && to === 11))
    } else {
      const impossible = ["0 11", "0 12", "1 2", "1 11", "1 12", "2 11", "2 12", "11 2", "12 2"]
      assert.include(impossible, `${from} ${to}`)
    }
  })

  it("nothing but pairing leads from 1 to 11", () => {
    assert.isUndefined(transition(1, 11))
  })

  it.each(numbers)("the number %d is stored under itself", (number) => {
    const chat = chatAt(number)
    const stored = sessionOf(chat, mark)
    assert.strictEqual(stored?.state ?? 0, number)
    const waiting = {
      _tag: "Waiting",
      opener: people[0]!,
      openedAtMillis: 0,
      deadlineMillis: 9,
      writtenBy: mark
    } as const
    const open = {
      _tag: "Open",
      opener: people[0]!,
      joiner: partner,
      sinceMillis: 0,
      writtenBy: mark
    } as const
    assert.deepStrictEqual(resolve(stored, chat._tag === "Paired" ? open : waiting, people[0]!, 1), chat)
  })

  it("docs/transitions.md is what step does", async () => {
    await expect(transitionsPage()).toMatchFileSnapshot("../../docs/transitions.md")
  })
})
