/** Generated crowds: people who wait in the lobby, who look, or both, each with a memory and a block list. */
import { Arbitrary, Schema } from "effect"
import type { Openid } from "../../src/core/openid.ts"
import type { decideRound, Lobby, LobbyEntry, Seeker } from "../../src/core/pairing.ts"
import { RoomId } from "../../src/core/room.ts"
import { people, person } from "../../src/testing/arbitraries.ts"

export const roomOf = (openid: Openid, number = 0) => RoomId.make(`roomof${openid.toLowerCase()}${number}`)
const acquaintance = Schema.Array(person).check(Schema.isMaxLength(2))
const deadlineMillis = Schema.Literals([5, 10, 20])
export const now = 5
export const manyRuns = { arbitrary: { runs: 500 } }

/** Some of the people, each with a memory and a block list. */
export const crowd = Arbitrary.map(
  Arbitrary.all(
    people.map((openid) =>
      Arbitrary.map(
        Arbitrary.schema(
          Schema.Struct({
            recent: acquaintance,
            blocked: acquaintance,
            deadlineMillis,
            part: Schema.Literals(["absent", "waits", "looks", "waits and looks"])
          })
        ),
        (facts) => ({ ...facts, openid })
      )
    )
  ),
  (everybody) => {
    const entryOf = (one: (typeof everybody)[number]): LobbyEntry => ({
      openid: one.openid,
      room: roomOf(one.openid),
      recent: one.recent,
      blocked: one.blocked,
      deadlineMillis: one.deadlineMillis
    })
    const lobby: Lobby = everybody.filter(({ part }) => part.startsWith("waits")).map(entryOf)
    const seekers = everybody
      .filter(({ part }) => part.endsWith("looks"))
      .map((one): Seeker => ({
        openid: one.openid,
        recent: one.recent,
        blocked: one.blocked,
        ...(part(one) ? { room: roomOf(one.openid) } : {})
      }))
    return { lobby, seekers }
  }
)
const part = (one: { readonly part: string }) => one.part === "waits and looks"

export const freshEntry = (seeker: Seeker): LobbyEntry => ({
  openid: seeker.openid,
  room: seeker.room ?? roomOf(seeker.openid, 1),
  recent: seeker.recent,
  blocked: seeker.blocked,
  deadlineMillis: 100
})

export const pairsOf = (round: ReturnType<typeof decideRound<Seeker>>) =>
  round.decisions.flatMap(({ seeker, decision }) =>
    decision._tag === "Join" ? [[seeker, decision.entry] as const] : []
  )
