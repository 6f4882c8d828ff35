/** The last lines of a chat, sealed, for the case that somebody reports it. They end soon by themselves. */
import { Clock, Context, Effect, Layer, Option, Schema } from "effect"
import { Content } from "../core/content.ts"
import { Openid } from "../core/openid.ts"
import type { RoomId } from "../core/room.ts"
import { ask } from "../memcached/asks.ts"
import { Memcached, type MemcachedError } from "../memcached/memcached.ts"
import { keys, ttlSeconds } from "./keys.ts"
import { LinkSecret, makeSeal } from "./secret-keys.ts"

/** How many lines of a chat are kept: what a report needs to be understood. */
export const lastLinesKept = 20

const Line = Schema.Struct({ from: Openid, atMillis: Schema.Natural, content: Content })
export type Line = typeof Line.Type

export class LastLines extends Context.Service<
  LastLines,
  {
    /** Keeps a line in the place of the one that was `lastLinesKept` before it; `number`: which line of the room it is. */
    readonly keep: (
      room: RoomId,
      number: number,
      from: Openid,
      content: Content
    ) => Effect.Effect<void, MemcachedError>
    /** The lines that are there, oldest first, sealed as one. */
    readonly sealed: (room: RoomId) => Effect.Effect<string, MemcachedError>
    /** Opens what `sealed` gave. None: sealed with another LINK_SECRET. */
    readonly open: (sealed: string) => Option.Option<ReadonlyArray<Line>>
  }
>()("xiaohou/chat/LastLines") {
  static readonly layer = Layer.effect(
    LastLines,
    Effect.gen(function* () {
      const memcached = yield* Memcached
      const seal = makeSeal(yield* LinkSecret, "last lines")

      const lineAt = (room: RoomId, place: number) =>
        Effect.map(memcached.get(keys.lastLine(room, place)), (stored) =>
          Option.toArray(Option.flatMap(Option.flatMap(stored, seal.open), decodeLine))
        )

      return LastLines.of({
        keep: Effect.fnUntraced(function* (room, number, from, content) {
          const atMillis = yield* Clock.currentTimeMillis
          // Made by us, so it is written as it is.
          const line = seal.close(JSON.stringify({ from, atMillis, content } satisfies Line))
          const key = keys.lastLine(room, number % lastLinesKept)
          const [kept] = yield* memcached.askAll([ask.set(key, line, ttlSeconds.lastLine)], "piggybacked")
          yield* kept
        }),
        sealed: Effect.fnUntraced(function* (room) {
          const places = Array.from({ length: lastLinesKept }, (_, place) => lineAt(room, place))
          const lines = (yield* Effect.all(places, { concurrency: "unbounded" })).flat()
          return seal.close(encodeLines(lines.toSorted((one, other) => one.atMillis - other.atMillis)))
        }),
        open: (sealed) => Option.flatMap(seal.open(sealed), decodeLines)
      })
    })
  )
}

const OneLine = Schema.fromJsonString(Line)
const decodeLine = Schema.decodeUnknownOption(OneLine)
const Lines = Schema.fromJsonString(Schema.Array(Line))
const decodeLines = Schema.decodeUnknownOption(Lines)
const encodeLines = Schema.encodeSync(Lines)
