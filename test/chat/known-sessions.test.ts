import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { KnownSessions } from "../../src/chat/known-sessions.ts"
import { Openid } from "../../src/core/openid.ts"
import { Session } from "../../src/core/session.ts"

const Heard = Schema.Array(
  Schema.Struct({
    openid: Openid,
    session: Schema.UndefinedOr(Schema.Union([Session, Schema.Literal("expected")]))
  })
)

/** Who looks is in a room, and in no chat. */
const chatIn = (heard: Session | "expected" | undefined) =>
  heard !== undefined && heard !== "expected" && [11, 12].includes(heard.state) ? heard.room : undefined

const session = Session.make({ state: 1, writtenBy: "mark0001" as Session["writtenBy"] })

describe("the sessions of which a server knows", () => {
  it.prop("are none that was not the last that was heard of its owner", { heard: Heard }, ({ heard }) => {
    const known = new KnownSessions()
    const last = new Map<Openid, Session | "expected" | undefined>()
    for (const { openid, session } of heard) {
      if (session === "expected") known.expect(openid)
      else known.learn(openid, session)
      last.set(openid, session)
      assert.strictEqual(known.has(openid), session !== undefined)
      for (const [each, heardLast] of last) {
        if (known.has(each)) assert.isDefined(heardLast)
        if (known.chatOf(each) !== undefined) assert.strictEqual(known.chatOf(each), chatIn(heardLast))
      }
      assert.strictEqual(known.chatOf(openid), chatIn(session))
    }
  })

  it("are those of nearly everybody on a busy campus", () => {
    const known = new KnownSessions()
    const people = Array.from({ length: 1_000 }, (_, number) => Openid.make(`oFollower${number}`))
    for (const openid of people) known.learn(openid, session)
    assert.isAtLeast(people.filter((openid) => known.has(openid)).length, 900)
    for (const openid of people) known.learn(openid, undefined)
    assert.isFalse(people.some((openid) => known.has(openid)))
  })
})
