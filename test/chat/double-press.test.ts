import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Lobby } from "../../src/chat/lobby.ts"
import { Rooms } from "../../src/chat/rooms.ts"
import { Sessions } from "../../src/chat/sessions.ts"
import { RoomId } from "../../src/core/room.ts"
import { alice, bob, carol, makeRig, startServer } from "./chat-rig.ts"

/** The second press begins this many turns after the first; a search is over after fewer. */
const moments = 24

describe("one person who presses twice at once on two servers", () => {
  it.effect("waits in one place, whichever press is ahead", () =>
    Effect.gen(function* () {
      for (let moment = 0; moment < moments; moment += 1) {
        const rig = yield* makeRig()
        rig.faults.interleaved = true
        const [one, two] = yield* Effect.all([startServer(rig), startServer(rig)])
        const later = Effect.forEach(Array.from({ length: moment }), () => Effect.yieldNow)
        const answers = yield* Effect.all(
          [one.press(alice, "配对"), Effect.andThen(later, two.press(alice, "配对"))],
          { concurrency: "unbounded" }
        )
        for (const answer of answers) assert.include(answer, "正在配对", `moment ${moment}`)
        const [entries, session] = yield* one.run(
          Effect.gen(function* () {
            const { entries } = yield* (yield* Lobby).read
            return [entries, yield* (yield* Sessions).read(alice)] as const
          })
        )
        assert.deepStrictEqual(
          entries.map(({ room }) => room),
          [session.value?.room],
          `moment ${moment}`
        )
        assert.include(yield* one.press(bob, "配对"), "已配对成功")
        assert.include(yield* two.press(carol, "配对"), "正在配对", `moment ${moment}`)
      }
    })
  )

  it.effect("leaves no room open of a press that came too late", () =>
    Effect.gen(function* () {
      for (let moment = 0; moment < moments; moment += 1) {
        const rig = yield* makeRig()
        rig.faults.interleaved = true
        const [one, two] = yield* Effect.all([startServer(rig), startServer(rig)])
        const created = new Set<RoomId>()
        rig.faults.fateOf = (operation, key) => {
          if (operation === "add" && key.startsWith("room:"))
            created.add(RoomId.make(key.slice("room:".length)))
          return "proceed"
        }
        const later = Effect.forEach(Array.from({ length: moment }), () => Effect.yieldNow)
        yield* Effect.all([one.press(alice, "配对"), Effect.andThen(later, two.press(alice, "配对"))], {
          concurrency: "unbounded"
        })
        const open = yield* one.run(
          Effect.gen(function* () {
            const rooms = yield* Rooms
            const found = yield* Effect.forEach([...created], (room) => rooms.read(room))
            return found.filter(({ value }) => value?._tag === "Waiting").length
          })
        )
        assert.strictEqual(open, 1, `moment ${moment}`)
      }
    })
  )
})
