/** What each user and the chatbot said last. Forgotten when tease mode ends; memcached may forget it sooner. */
import { Context, Effect, Layer, Schema } from "effect"
import { newWriteId } from "../chat/identifiers.ts"
import { keys, ttlSeconds } from "../chat/keys.ts"
import { jsonItem } from "../chat/stored.ts"
import type { Openid } from "../core/openid.ts"
import { WriteId } from "../core/room.ts"
import { Memcached, type MemcachedError } from "../memcached/memcached.ts"
import { Turn } from "./chatbot.ts"

/** How many turns are kept: enough to know the subject, and cheap to send along each time. */
export const turnsKept = 6

/** How long the kept turns may be together, in characters: the oldest go first. */
export const charactersKept = 4_000

/** `begun`: the mark of this time in tease mode, so that an answer of an earlier one is not remembered here. */
const Memory = Schema.Struct({ writtenBy: WriteId, begun: WriteId, turns: Schema.Array(Turn) })
type Memory = typeof Memory.Type

/** The turns of one time in tease mode, oldest first. */
export type Recalled = Pick<Memory, "begun" | "turns">

/** How often a turn is added anew because another was added at the same moment. */
const addAttempts = 5

export class TeaseMemory extends Context.Service<
  TeaseMemory,
  {
    /** What was said so far; begins a memory if there is none. */
    readonly recall: (openid: Openid) => Effect.Effect<Recalled, MemcachedError>
    /** Adds a turn, unless that memory was forgotten meanwhile. */
    readonly add: (openid: Openid, to: Recalled, turn: Turn) => Effect.Effect<void, MemcachedError>
    readonly forget: (openid: Openid) => Effect.Effect<void, MemcachedError>
  }
>()("xiaohou/chatbot/TeaseMemory") {
  static readonly layer = Layer.effect(
    TeaseMemory,
    Effect.gen(function* () {
      const memcached = yield* Memcached
      const items = jsonItem(memcached, Memory)

      const recall = Effect.fnUntraced(function* (openid: Openid) {
        const stored = yield* items.read(keys.tease(openid))
        if (stored.value !== undefined) return stored.value
        const mark = yield* newWriteId
        const begun: Memory = { writtenBy: mark, begun: mark, turns: [] }
        if (yield* items.write(keys.tease(openid), stored, begun, ttlSeconds.tease)) return begun
        return (yield* items.read(keys.tease(openid))).value ?? begun
      })

      const add = Effect.fnUntraced(function* (openid: Openid, to: Recalled, turn: Turn) {
        for (let attempt = 0; attempt < addAttempts; attempt += 1) {
          const stored = yield* items.read(keys.tease(openid))
          if (stored.value?.begun !== to.begun) return
          const next: Memory = {
            writtenBy: yield* newWriteId,
            begun: to.begun,
            turns: lastTurns([...stored.value.turns, turn])
          }
          if (yield* items.write(keys.tease(openid), stored, next, ttlSeconds.tease)) return
        }
      })

      return TeaseMemory.of({
        recall,
        add,
        forget: (openid) => Effect.asVoid(memcached.delete(keys.tease(openid)))
      })
    })
  )
}

/** As many of the last turns as may be kept, in order. */
export const lastTurns = (turns: ReadonlyArray<Turn>): ReadonlyArray<Turn> => {
  let characters = 0
  const kept: Array<Turn> = []
  for (const turn of turns.slice(-turnsKept).toReversed()) {
    characters += turn.said.length + turn.answered.length
    if (characters > charactersKept) break
    kept.unshift(turn)
  }
  return kept
}
