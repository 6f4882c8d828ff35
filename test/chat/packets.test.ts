import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { secondOf } from "../../src/chat/agenda.ts"
import { keys, ttlSeconds } from "../../src/chat/keys.ts"
import { pairsTogether } from "../../src/chat/matchmaker.ts"
import { Openid } from "../../src/core/openid.ts"
import { packetQuestions } from "../../src/memcached/memjs-connection.ts"
import { idleTimeoutMillis, makeRig, startServer } from "./chat-rig.ts"

/** Two groups. */
const people = Array.from({ length: 4 * pairsTogether }, (_, number) => Openid.make(`oFollower${number}`))

describe("of people who press 配对 at once", () => {
  it.effect("each group asks first what fills one packet", () =>
    Effect.gen(function* () {
      const rig = yield* makeRig()
      const server = yield* startServer(rig)
      // The first pair of a second begins the page of the agenda, which takes once more.
      const now = yield* Clock.currentTimeMillis
      rig.store.set(keys.due(secondOf(now + idleTimeoutMillis) + 1), "\n", ttlSeconds.due, now)
      let first = 0
      let rooms = 0
      rig.faults.fateOf = (_, key) => {
        if (key.startsWith("room:")) rooms += 1
        else first += 1
        return "proceed"
      }
      yield* Effect.forEach(people, (who) => server.press(who, "配对"), { concurrency: "unbounded" })
      assert.strictEqual(rooms, people.length / 2)
      assert.strictEqual(first, 2 * packetQuestions)
    })
  )
})
