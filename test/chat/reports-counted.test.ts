import { assert, describe, it } from "@effect/vitest"
import { Effect, Logger, Metric } from "effect"
import { ttlSeconds } from "../../src/chat/keys.ts"
import { alice, startMillis } from "./chat-rig.ts"
import { paired, send, typed } from "./inbox-stage.ts"

describe("a report whose room changes at the same moment", () => {
  it.effect.each([0, 1, 3])("is counted and logged once, after %i lost writes", (lost) =>
    Effect.gen(function* () {
      const { rig, servers } = yield* paired()
      let losses = 0
      rig.faults.fateOf = (operation, key) => {
        const item = rig.store.read(key, 0)
        if (operation === "cas" && key.startsWith("room:") && item !== undefined && losses < lost) {
          losses += 1
          // Somebody else wrote it in between.
          rig.store.set(key, item.value, ttlSeconds.chat, startMillis)
        }
        return "proceed"
      }
      let logged = 0
      const logger = Logger.make<unknown, void>(({ message }) => {
        if (JSON.stringify(message).includes("a chat was reported")) logged += 1
      })
      const answer = yield* Effect.provide(send(servers[0], typed(alice, "#举报")), Logger.layer([logger]))
      assert.include(answer, "举报收到了")
      assert.strictEqual(losses, lost)
      const counts = (yield* Metric.snapshot).map((metric) =>
        metric.id === "reports_total" && metric.type === "Counter" ? metric.state.count : 0
      )
      assert.strictEqual(
        counts.reduce((sum, count) => Number(sum) + Number(count), 0),
        1
      )
      assert.strictEqual(logged, 1)
    }).pipe(Effect.provideService(Metric.MetricRegistry, new Map()))
  )
})
