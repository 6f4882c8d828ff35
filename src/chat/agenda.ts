/**
 * The agenda: which rooms to look at in which second. memcached cannot be searched, so whoever makes a room notes it here
 * before anybody relies on it; any server may work the pages off.
 */
import { Clock, Context, Effect, Layer, Option } from "effect"
import type { RoomId } from "../core/room.ts"
import { Memcached, type MemcachedError, type Version } from "../memcached/memcached.ts"
import { keys, ttlSeconds } from "./keys.ts"

/** One second's page as it was read. */
export interface AgendaPage {
  readonly second: number
  readonly rooms: ReadonlyArray<RoomId>
  readonly version: Version
}

export class Agenda extends Context.Service<
  Agenda,
  {
    /** Notes a room to be looked at once `atMillis` (milliseconds since 1970) has come. */
    readonly note: (room: RoomId, atMillis: number) => Effect.Effect<void, MemcachedError>
    /** Notes several in one operation. */
    readonly noteAll: (rooms: ReadonlyArray<RoomId>, atMillis: number) => Effect.Effect<void, MemcachedError>
    readonly page: (second: number) => Effect.Effect<Option.Option<AgendaPage>, MemcachedError>
    /** Throws a page away. False: something was noted on it since it was read. */
    readonly done: (page: AgendaPage) => Effect.Effect<boolean, MemcachedError>
  }
>()("xiaohou/chat/Agenda") {
  static readonly layer = Layer.effect(
    Agenda,
    Effect.gen(function* () {
      const memcached = yield* Memcached

      // Not there to append to, not there to add: the page came and went in between. Twice in a row does not happen.
      const noteOn = (key: string, line: string): Effect.Effect<void, MemcachedError> =>
        memcached.append(key, line).pipe(
          Effect.flatMap((appended) =>
            appended ? Effect.succeed(true) : memcached.add(key, line, ttlSeconds.due)
          ),
          Effect.flatMap((noted) => (noted ? Effect.succeed(true) : memcached.append(key, line))),
          Effect.asVoid
        )

      // A note twice on a page does no harm.
      const twice = (note: Effect.Effect<void, MemcachedError>) =>
        Effect.catchTag(note, "MemcachedUnanswered", () => note)

      const noteAll = (rooms: ReadonlyArray<RoomId>, atMillis: number) =>
        Effect.flatMap(Clock.currentTimeMillis, (now) =>
          // Never on the page of the second that is being worked off.
          twice(
            noteOn(
              keys.due(Math.max(secondOf(atMillis), secondOf(now)) + 1),
              rooms.map((room) => `${room}\n`).join("")
            )
          )
        )

      return Agenda.of({
        note: (room, atMillis) => noteAll([room], atMillis),
        noteAll,
        page: (second) =>
          Effect.map(
            memcached.gets(keys.due(second)),
            Option.map(({ value, version }) => ({
              second,
              rooms: [...new Set(value.split("\n").filter((line) => line !== ""))] as Array<RoomId>,
              version
            }))
          ),
        done: (page) => memcached.delete(keys.due(page.second), page.version)
      })
    })
  )
}

const millisPerSecond = 1_000

/** The second, counted since 1970, in which a time in milliseconds lies. */
export const secondOf = (millis: number): number => Math.floor(millis / millisPerSecond)
