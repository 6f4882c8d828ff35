import { type Context, Effect, Metric } from "effect"

const pairingSeconds = Metric.histogram("pairing_seconds", {
  description: "From opening a room to the pair",
  boundaries: [0.01, 0.1, 0.5, 1, 2, 5, 10, 20, 30, 45, 60]
})
const pairsTotal = Metric.counter("pairs_total", {
  description: "Pairs made by this process",
  incremental: true
})

/** Counts the pairs of a round in one effect. `openMillis`: of each pair, how long its room stood open before. */
export const countPairs = (openMillis: ReadonlyArray<number>): Effect.Effect<void> =>
  Effect.contextWith((context: Context.Context<never>) =>
    Effect.sync(() => {
      pairsTotal.updateUnsafe(openMillis.length, context)
      for (const millis of openMillis) pairingSeconds.updateUnsafe(Math.max(0, millis) / 1_000, context)
    })
  )
