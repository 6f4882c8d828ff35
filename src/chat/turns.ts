import { Effect } from "effect"

/**
 * Lets the holders of one key act one after the other, in the order in which they came, and those of different keys side by
 * side. Keeps nothing of a key that nobody holds or waits for.
 */
export const makeTurns = <K>() => {
  /** For each key that is held: what lets in those who wait for it, in order. */
  const lines = new Map<K, Array<() => void>>()

  const leave = (key: K): void => {
    const letIn = lines.get(key)?.shift()
    if (letIn === undefined) lines.delete(key)
    else letIn()
  }

  const waitIn = (line: Array<() => void>, entered: () => void): Effect.Effect<void> =>
    Effect.callback((resume) => {
      const letIn = () => {
        entered()
        resume(Effect.void)
      }
      line.push(letIn)
      return Effect.sync(() => {
        const place = line.indexOf(letIn)
        if (place >= 0) line.splice(place, 1)
      })
    })

  return <A, E, R>(key: K, act: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.suspend(() => {
      let holds = false
      const entered = () => {
        holds = true
      }
      // Around the entering as well: an interruption may come right after it.
      return Effect.ensuring(
        Effect.suspend(() => {
          const line = lines.get(key)
          if (line !== undefined) return Effect.andThen(waitIn(line, entered), act)
          lines.set(key, [])
          entered()
          return act
        }),
        Effect.sync(() => {
          if (holds) leave(key)
        })
      )
    })
}
