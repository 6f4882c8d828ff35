import { Clock, Effect } from "effect"
import type { Openid } from "../core/openid.ts"
import type { LobbyEntry, Seeker } from "../core/pairing.ts"
import { joined, members, type RoomId, type WriteId } from "../core/room.ts"
import { type Session, stateNumbers } from "../core/session.ts"
import type { MemcachedError } from "../memcached/memcached.ts"
import { Agenda } from "./agenda.ts"
import { Background } from "./background.ts"
import { newRoomId } from "./identifiers.ts"
import { News } from "./news.ts"
import { countLobbyPair } from "./pairing-metrics.ts"
import { Rooms } from "./rooms.ts"
import { isOutside, Sessions, type StoredSession } from "./sessions.ts"

/**
 * Somebody who looks, with what is needed to move them: their session as it was read, the mark by which their writes are
 * recognised, and the name of the room that they would open. `onBehalf`: they did not ask just now and hear of it by push.
 */
export interface Ask extends Seeker {
  readonly stored: StoredSession
  readonly mark: WriteId
  readonly freshRoom: RoomId
  readonly onBehalf: boolean
  /** Until when they wait in `room`. */
  readonly deadlineMillis?: number
}

/** How a look came out. */
export type Outcome =
  | {
      readonly _tag: "Found"
      readonly room: RoomId
      readonly partner: Openid
      readonly sinceMillis: number
    }
  | { readonly _tag: "Waits"; readonly room: RoomId }
  /** The session was changed by somebody else: read it again and step again. */
  | { readonly _tag: "SessionChanged" }
  /** The lobby is full or changes too often, or an error of ours, which was logged. What was written for the look is undone. */
  | { readonly _tag: "GivenUp" }

/** An outcome, or the ask as it goes into the next round because its partner was lost. */
export type Move = Outcome | { readonly _tag: "Again"; readonly ask: Ask }

/**
 * A waiting room is looked at again this often, so that one whose lobby entry was lost does not wait unseen; milliseconds.
 */
export const waitingRecheckMillis = 5_000

export interface MatchmakerOptions {
  /** How long a user waits for a partner. */
  readonly pairingTimeoutMillis: number
  /** After how long without a word a pair ends. */
  readonly idleTimeoutMillis: number
}

/** The writes by which a look becomes a room to wait in or a pair with somebody who waits: point first, then join (design, rule 4). */
export const makePairingMoves = Effect.fnUntraced(function* (options: MatchmakerOptions) {
  const agenda = yield* Agenda
  const background = yield* Background
  const news = yield* News
  const rooms = yield* Rooms
  const sessions = yield* Sessions
  const again = yield* makeAgain

  const point = (ask: Ask, room: RoomId, partner?: Openid) =>
    sessions.write(ask.openid, ask.stored, pointer(ask, room, partner))

  /**
   * Opens the ask's own room and lets its session point there. The room comes first: a session that points at a room which is
   * not there yet would be taken for one whose room is lost, and a second press would wait in a second place. Undefined: the
   * session was changed by somebody else.
   */
  const openRoom = Effect.fnUntraced(function* (ask: Ask) {
    const now = yield* Clock.currentTimeMillis
    const room = ask.freshRoom
    const deadlineMillis = now + options.pairingTimeoutMillis
    yield* Effect.all(
      [
        rooms.create(room, {
          _tag: "Waiting",
          opener: ask.openid,
          openedAtMillis: now,
          deadlineMillis,
          writtenBy: ask.mark
        }),
        // Finished even when the room's answer is lost: a room of which nobody knows is closed by the sweep.
        Effect.uninterruptible(agenda.note(room, Math.min(deadlineMillis, now + waitingRecheckMillis)))
      ],
      { concurrency: "unbounded", discard: true }
    )
    if (yield* point(ask, room)) return { ...ask, room }
    yield* rooms.close(room, yield* rooms.read(room), "stopped", ask.openid)
    return undefined
  })

  /** Joins the room of a lobby entry that this process has taken from the lobby. */
  const join = Effect.fnUntraced(function* (ask: Ask, entry: LobbyEntry) {
    const left = ask.room === undefined ? ask : yield* leaveOwnRoom(ask, ask.room)
    if (left === undefined) return { _tag: "SessionChanged" } satisfies Move
    const now = yield* Clock.currentTimeMillis
    const [found] = yield* Effect.all(
      [rooms.read(entry.room), agenda.note(entry.room, now + options.idleTimeoutMillis)],
      { concurrency: "unbounded" }
    )
    // Read before we point: a server that finds the pointer and calls the pair off changes the room, and then we must not join it.
    if (!(yield* point(left, entry.room, entry.openid))) return { _tag: "SessionChanged" } satisfies Move
    const waiting = found.value
    if (waiting?._tag !== "Waiting" || waiting.opener !== entry.openid) return yield* again(left)
    const room = joined(waiting, left.openid, now, left.mark)
    if (!(yield* rooms.change(entry.room, found, room))) return yield* again(left)
    yield* countLobbyPair(now - waiting.openedAtMillis)
    yield* background.run(news.tell(entry.openid, entry.room))
    if (left.onBehalf) yield* background.run(news.tell(left.openid, entry.room))
    return {
      _tag: "Found",
      room: entry.room,
      partner: entry.openid,
      sinceMillis: now
    } satisfies Move
  })

  /** Close first, then point elsewhere. Undefined: somebody joined the room, or it was closed. */
  const leaveOwnRoom = Effect.fnUntraced(function* (ask: Ask, room: RoomId) {
    const own = yield* rooms.read(room)
    if (own.value?._tag !== "Waiting" || own.value.opener !== ask.openid) return undefined
    if (!(yield* rooms.close(room, own, "stopped", ask.openid))) return undefined
    const { room: _closed, ...homeless } = ask
    const stored = yield* sessions.read(ask.openid)
    return stored.value?.room === room ? { ...homeless, stored } : undefined
  })

  /**
   * Undoes what was written for an ask that is given up: closes the room that it opened, and deletes the session that points there, or that
   * stands as it was when the look began. What others changed since stays as it is, and so does who waited before.
   */
  const undo = Effect.fnUntraced(function* ({ openid, mark, onBehalf, freshRoom, room, stored: began }: Ask) {
    if (onBehalf) return
    const stored = yield* sessions.read(openid)
    const isOurs = stored.value?.writtenBy === mark
    const opened = isOurs ? stored.value?.room : room === freshRoom ? room : undefined
    if (opened !== undefined && !(yield* vacated(opened, openid))) return
    if (isOurs || (room === undefined && stored.version === began.version)) {
      yield* sessions.write(openid, stored, undefined)
    }
  })

  /** The user is not in the room any more, or never was. False: somebody joined it, or it was closed, and that is told to them. */
  const vacated = Effect.fnUntraced(function* (id: RoomId, openid: Openid) {
    const stored = yield* rooms.read(id)
    const room = stored.value
    if (room === undefined || !members(room).includes(openid)) return true
    return room._tag === "Waiting" && (yield* rooms.close(id, stored, "stopped", openid))
  })

  return { openRoom, join, undo }
})

/**
 * The ask as it goes into the next round, with the session as it is stored now: if nobody else wrote it since our own write, or if it is what was
 * presumed of it, the ordinary state, where a chat has left its mark.
 */
export const makeAgain = Effect.gen(function* () {
  const sessions = yield* Sessions
  return Effect.fnUntraced(function* (ask: Ask): Effect.fn.Return<Move, MemcachedError> {
    const stored = yield* sessions.read(ask.openid)
    const isAsPresumed = ask.stored.presumed === true && isOutside(stored)
    return isAsPresumed || stored.value?.writtenBy === ask.mark
      ? { _tag: "Again", ask: { ...ask, stored, freshRoom: yield* newRoomId } }
      : { _tag: "SessionChanged" }
  })
})

/**
 * The session that points at a room. A user who asked just now reads of the pair in the answer; of anybody else it still says
 * that they are looking.
 */
export const pointer = (ask: Ask, room: RoomId, partner: Openid | undefined): Session =>
  partner === undefined
    ? { state: stateNumbers.looking, room, writtenBy: ask.mark }
    : {
        state: ask.onBehalf ? stateNumbers.looking : stateNumbers.paired,
        room,
        partner,
        writtenBy: ask.mark
      }
