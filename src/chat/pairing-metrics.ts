import { type Context, Effect, Metric } from "effect"

const pairingSeconds = Metric.histogram("pairing_seconds", {
  description: "From opening a room to the pair",
  boundaries: [0.01, 0.1, 0.5, 1, 2, 5, 10, 20, 30, 45, 60]
})
const pairsTotal = Metric.counter("pairs_total", {
  description: "Pairs made by this process",
  incremental: true
})

/** Counts a pair with somebody whose room stood open for so long. */
export const countLobbyPair = (openMillis: number): Effect.Effect<void> => counting(1, openMillis)

/** Counts pairs of two newcomers, in whose room nobody waited, in one effect. */
export const countNewcomerPairs = (count: number): Effect.Effect<void> => counting(count, 0)

const counting = (count: number, openMillis: number): Effect.Effect<void> =>
  Effect.contextWith((context: Context.Context<never>) =>
    Effect.sync(() => {
      pairsTotal.updateUnsafe(count, context)
      const openSeconds = Math.max(0, openMillis) / 1_000
      for (let counted = 0; counted < count; counted += 1) pairingSeconds.updateUnsafe(openSeconds, context)
    })
  )
