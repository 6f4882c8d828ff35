import { Effect, Semaphore } from "effect"

/**
 * Lets the holders of one key act one after the other, in the order in which they came, and those of different keys side by
 * side. Keeps nothing of a key that nobody holds or waits for.
 */
export const makeTurns = <K>() => {
  const lines = new Map<K, { readonly semaphore: Semaphore.Semaphore; people: number }>()

  const enter = (key: K) =>
    Effect.sync(() => {
      const line = lines.get(key) ?? { semaphore: Semaphore.makeUnsafe(1), people: 0 }
      lines.set(key, line)
      line.people += 1
      return line
    })

  const leave = (key: K) =>
    Effect.sync(() => {
      const line = lines.get(key)
      if (line === undefined) return
      line.people -= 1
      if (line.people === 0) lines.delete(key)
    })

  return <A, E, R>(key: K, act: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.acquireUseRelease(
      enter(key),
      (line) => line.semaphore.withPermits(1)(act),
      () => leave(key)
    )
}
