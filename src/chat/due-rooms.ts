import { type Cause, Clock, Effect, Exit } from "effect"
import { members, type Room, type RoomId } from "../core/room.ts"
import type { MemcachedError } from "../memcached/memcached.ts"
import { Agenda } from "./agenda.ts"
import { Background } from "./background.ts"
import { Matchmaker } from "./matchmaker.ts"
import { News, tellingLeaseMillis, type Telling } from "./news.ts"
import { waitingRecheckMillis } from "./pairing-moves.ts"
import { Rooms } from "./rooms.ts"

/**
 * To so many people a process may be telling something for the sweep at once: enough for a thousand people a second while WeChat answers in its usual
 * 0.2 s, and few enough that a WeChat that hangs is not asked for more and more. A room above that is looked at a second later.
 */
export const mostTellings = 256

/** Hears of something that could not be done. */
export type Failed = (cause: Cause.Cause<MemcachedError>) => void

/** Looks at rooms whose time has come: ends a search that ran out and a silent pair, and has their people told. */
export const makeDueRooms = Effect.fnUntraced(function* (idleTimeoutMillis: number) {
  const agenda = yield* Agenda
  const background = yield* Background
  const matchmaker = yield* Matchmaker
  const news = yield* News
  const rooms = yield* Rooms
  let tellings = 0

  /** In the background: a push may take longer than the sweep's lease. */
  const run = (telling: Telling) =>
    Effect.suspend(() => {
      tellings += 1
      return background.run(
        Effect.ensuring(
          telling,
          Effect.sync(() => {
            tellings -= 1
          })
        )
      )
    })

  const tellAll = Effect.fnUntraced(function* (id: RoomId, people: Room, failed: Failed) {
    let isTold = true
    for (const openid of members(people)) {
      const begun = yield* Effect.exit(news.begin(openid, id))
      if (Exit.isFailure(begun)) failed(begun.cause)
      else if (begun.value === undefined) continue
      else yield* run(begun.value)
      isTold = false
    }
    // Who tells may die over it, and who could not be reached may be reached then.
    if (!isTold) yield* agenda.note(id, (yield* Clock.currentTimeMillis) + tellingLeaseMillis)
  })

  /**
   * Looks at one room; when to look again, or undefined if that is on the agenda already, or there is nothing more to come. `failed` hears of
   * what failed and is on the agenda again.
   */
  return Effect.fnUntraced(function* (
    id: RoomId,
    failed: Failed
  ): Effect.fn.Return<number | undefined, MemcachedError> {
    if (tellings >= mostTellings) return yield* Clock.currentTimeMillis
    const stored = yield* rooms.read(id)
    const room = stored.value
    const now = yield* Clock.currentTimeMillis
    if (room === undefined) return undefined
    switch (room._tag) {
      case "Closed":
        yield* tellAll(id, room, failed)
        return undefined
      case "Waiting":
        if (room.deadlineMillis > now) {
          const looked = yield* Effect.exit(matchmaker.lookAgain(room.opener, id, room.deadlineMillis))
          if (Exit.isFailure(looked)) failed(looked.cause)
          return Math.min(room.deadlineMillis, now + waitingRecheckMillis)
        }
        // Somebody joined at this moment: look once more.
        if (!(yield* rooms.close(id, stored, "expired"))) return now
        yield* tellAll(id, room, failed)
        return undefined
      case "Open": {
        yield* tellAll(id, room, failed)
        const { spokeAtMillis } = yield* rooms.liveliness(id)
        const silentAt = Math.max(room.sinceMillis, spokeAtMillis ?? 0) + idleTimeoutMillis
        if (silentAt > now) return silentAt
        if (!(yield* rooms.close(id, stored, "idle"))) return now
        yield* tellAll(id, room, failed)
        return undefined
      }
    }
  })
})
