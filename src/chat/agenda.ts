/**
 * The agenda: which rooms to look at in which second. memcached cannot be searched, so whoever makes a room notes it here
 * before anybody relies on it; any server may work the pages off.
 */
import { Clock, Context, Effect, Layer, Option } from "effect"
import type { RoomId } from "../core/room.ts"
import { Memcached, type MemcachedError, MemcachedRefused, type Version } from "../memcached/memcached.ts"
import { keys, ttlSeconds } from "./keys.ts"

/**
 * How many pages are tried for a note, each a second later: they lie on different servers, of which one may be down. With more of them
 * a deadline could be told later than 5 s after it.
 */
const pagesTried = 3

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

      /** False: it could not be appended to, nor begun. A page that came and went in between may do that. */
      const noteOn = Effect.fnUntraced(function* (second: number, lines: string) {
        const key = keys.due(second)
        return (
          (yield* memcached.append(key, lines)) ||
          (yield* memcached.add(key, lines, ttlSeconds.due)) ||
          (yield* memcached.append(key, lines))
        )
      })

      /** A note on two pages does no harm, so one of which nothing is known is made again. */
      const noteFrom = (
        second: number,
        lines: string,
        pagesLeft = pagesTried
      ): Effect.Effect<void, MemcachedError> =>
        Effect.matchEffect(noteOn(second, lines), {
          onSuccess: (noted) => (noted ? Effect.void : noteAfter(second, lines, pagesLeft - 1, notNoted)),
          onFailure: (error) => noteAfter(second, lines, pagesLeft - 1, error)
        })

      const noteAfter = (second: number, lines: string, pagesLeft: number, error: MemcachedError) =>
        pagesLeft === 0 ? Effect.fail(error) : noteFrom(second + 1, lines, pagesLeft)

      const noteAll = (rooms: ReadonlyArray<RoomId>, atMillis: number) =>
        Effect.flatMap(Clock.currentTimeMillis, (now) =>
          // Never on the page of the second that is being worked off.
          noteFrom(Math.max(secondOf(atMillis), secondOf(now)) + 1, rooms.map((room) => `${room}\n`).join(""))
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

/** What nobody has seen: every page tried was neither there nor absent. */
const notNoted = new MemcachedRefused({
  server: "of each page",
  operation: "append",
  keyPrefix: "due:",
  status: "Other"
})

const millisPerSecond = 1_000

/** The second, counted since 1970, in which a time in milliseconds lies. */
export const secondOf = (millis: number): number => Math.floor(millis / millisPerSecond)
