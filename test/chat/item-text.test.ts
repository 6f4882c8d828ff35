import { assert, describe, it } from "@effect/vitest"
import { roomText, sessionText } from "../../src/chat/item-text.ts"
import { Room } from "../../src/core/room.ts"
import { Session } from "../../src/core/session.ts"
import { anyRoom, anySession } from "../../src/testing/arbitraries.ts"

describe("the text of an item", () => {
  it.prop("says what the session says", [Session], ([session]) => {
    assert.deepStrictEqual(JSON.parse(sessionText(session)), session)
  })

  it.prop("says what the room says", [Room], ([room]) => {
    assert.deepStrictEqual(JSON.parse(roomText(room)), room)
  })

  it.prop("says the same of those that a story has", [anySession, anyRoom], ([session, room]) => {
    assert.deepStrictEqual(JSON.parse(sessionText(session)), session)
    assert.deepStrictEqual(JSON.parse(roomText(room)), room)
  })
})
