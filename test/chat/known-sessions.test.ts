import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { KnownSessions } from "../../src/chat/known-sessions.ts"
import { Openid } from "../../src/core/openid.ts"

const Heard = Schema.Array(Schema.Struct({ openid: Openid, isStored: Schema.Boolean }))

describe("the sessions of which a server knows", () => {
  it.prop(
    "says of nobody that they have one who was not the last of whom that was heard",
    { heard: Heard },
    ({ heard }) => {
      const known = new KnownSessions()
      const last = new Map<Openid, boolean>()
      for (const { openid, isStored } of heard) {
        known.learn(openid, isStored)
        last.set(openid, isStored)
        assert.strictEqual(known.has(openid), isStored)
        for (const [each, stored] of last) if (known.has(each)) assert.isTrue(stored)
      }
    }
  )

  it("knows of nearly everybody on a busy campus", () => {
    const known = new KnownSessions()
    const people = Array.from({ length: 1_000 }, (_, number) => Openid.make(`oFollower${number}`))
    for (const openid of people) known.learn(openid, true)
    assert.isAtLeast(people.filter((openid) => known.has(openid)).length, 900)
    for (const openid of people) known.learn(openid, false)
    assert.isFalse(people.some((openid) => known.has(openid)))
  })
})
