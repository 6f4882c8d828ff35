import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { actionFor, actions, errcodeName, errcodes } from "../../src/wechat/errcodes.ts"

describe("errcodes", () => {
  it("lists each code once", () => {
    const codes = Object.values(errcodes).map(({ code }) => code)
    assert.strictEqual(new Set(codes).size, codes.length)
  })

  it.prop("has an advice for any code", [Schema.Int], ([code]) => {
    assert.include(actions, actionFor(code))
    assert.isString(errcodeName(code))
  })

  it("lists the codes of the protocol notes, and few that they leave out", () => {
    const page = readFileSync(join(import.meta.dirname, "../../docs/reference/wechat-protocol.md"), "utf8")
    const notes = new Set(page.match(/-?\d+/gu))
    const beyond = Object.values(errcodes).filter(({ code }) => !notes.has(String(code)))
    assert.sameMembers(
      beyond.map(({ code }) => code),
      [
        40002, 40004, 40007, 40008, 40017, 40023, 40066, 41002, 41004, 41005, 43001, 43002, 44002, 45001,
        47001
      ]
    )
  })

  it("advises as the protocol notes do", () => {
    const advised: Readonly<Record<string, ReadonlyArray<number>>> = {
      retry: [-1],
      refreshToken: [40001, 40014, 42001],
      keep: [45015, 45047],
      giveUp: [43004, 40003, 43019, 48002],
      stop: [40013, 40125, 40164, 40243, 89503, 50002, 48004, 48008, 45087, 45094, 50007],
      pause: [45009, 45011],
      split: [45002],
      passiveOnly: [48001],
      refusedContent: [87014],
      unsendable: [40007, 44004],
      bug: [41001, 45008, 123456]
    }
    for (const [action, codes] of Object.entries(advised)) {
      for (const code of codes) assert.strictEqual(actionFor(code), action, String(code))
    }
    assert.strictEqual(errcodeName(43004), "notFollowing")
    assert.strictEqual(errcodeName(99999), "unknown")
  })
})
