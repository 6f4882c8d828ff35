/** The work of such a process (`pairing-worker.ts`). Orders come and rounds go by IPC. */
import { Effect, References } from "effect"
import type { Contender, Order, Round } from "./contender.ts"
import type { Way } from "./pairing-workers.ts"

/** Each loads what it needs and no more: that takes most of its start. */
const ways = {
  ours: async () => (await import("./our-pairing.ts")).ourPairing,
  redis: async () => (await import("./redis-pairing.ts")).redisPairing,
  limit: async () => (await import("./pairing-limit.ts")).pairingLimit
} satisfies Record<Way, unknown>

const carryOut = (contender: Contender, order: Order): Effect.Effect<Round | undefined> => {
  switch (order._tag) {
    case "Press":
      return contender.press(order, order.inFlight)
    case "Wait":
      return Effect.as(contender.wait(order), undefined)
    case "Forget":
      return Effect.as(contender.forget(order), undefined)
    case "Crowd":
      return Effect.as(contender.crowd(order.rooms, order), undefined)
  }
}

const [way, port] = process.argv.slice(2)

const work = Effect.gen(function* () {
  const contenderAt = yield* Effect.promise(ways[way as Way])
  const contender = yield* contenderAt(Number(port))
  const runPromise = Effect.runPromiseWith(yield* Effect.context())
  process.on("message", (order: Order) => {
    void runPromise(carryOut(contender, order)).then((round) => process.send?.(round ?? null))
  })
  process.send?.("ready")
  return yield* Effect.never
})

// Orphans end with the benchmark that started them.
process.once("disconnect", () => process.exit(0))
process.on("SIGINT", () => undefined)

Effect.runFork(Effect.scoped(work).pipe(Effect.provideService(References.MinimumLogLevel, "Warn")))
