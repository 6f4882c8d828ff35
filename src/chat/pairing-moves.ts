import { Clock, Effect, Exit } from "effect"
import type { Openid } from "../core/openid.ts"
import type { LobbyEntry, Seeker } from "../core/pairing.ts"
import { joined, type Room, type RoomId, type WriteId } from "../core/room.ts"
import { type Session, stateNumbers } from "../core/session.ts"
import type { MemcachedError } from "../memcached/memcached.ts"
import { Acquaintances } from "./acquaintances.ts"
import { Agenda } from "./agenda.ts"
import { Background } from "./background.ts"
import { newRoomId } from "./identifiers.ts"
import { News } from "./news.ts"
import { countPairs } from "./pairing-metrics.ts"
import { Rooms } from "./rooms.ts"
import { type SessionChange, Sessions, type StoredSession } from "./sessions.ts"

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

/** Two newcomers who are to become a pair. */
export type Pair = readonly [Ask, Ask]

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
  | { readonly _tag: "LobbyFull" }

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

/** The writes by which a look becomes a room or a pair: point first, then join (design, rule 4). */
export const makePairingMoves = Effect.fnUntraced(function* (options: MatchmakerOptions) {
  const acquaintances = yield* Acquaintances
  const agenda = yield* Agenda
  const background = yield* Background
  const news = yield* News
  const rooms = yield* Rooms
  const sessions = yield* Sessions

  const point = (ask: Ask, room: RoomId, partner?: Openid) =>
    sessions.write(ask.openid, ask.stored, pointer(ask, room, partner))

  /** The ask with its session as it is stored after our own write, or undefined when somebody else wrote. */
  const refreshed = Effect.fnUntraced(function* (ask: Ask) {
    const stored = yield* sessions.read(ask.openid)
    return stored.value?.writtenBy === ask.mark ? { ...ask, stored, freshRoom: yield* newRoomId } : undefined
  })

  const again = (ask: Ask) =>
    Effect.map(refreshed(ask), (next): Move =>
      next === undefined ? { _tag: "SessionChanged" } : { _tag: "Again", ask: next }
    )

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
    // Read before we point: whoever finds the pointer and calls the pair off changes the room, and then we must not join it.
    if (!(yield* point(left, entry.room, entry.openid))) return { _tag: "SessionChanged" } satisfies Move
    const waiting = found.value
    if (waiting?._tag !== "Waiting" || waiting.opener !== entry.openid) return yield* again(left)
    const room = joined(waiting, left.openid, now, left.mark)
    if (!(yield* rooms.change(entry.room, found, room))) return yield* again(left)
    yield* countPairs([now - waiting.openedAtMillis])
    yield* background.run(acquaintances.met([left.openid, entry.openid]))
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

  /** Puts the rooms of pairs that are about to be made on the agenda. */
  const notePairs = (pairs: ReadonlyArray<Pair>, now: number) =>
    agenda.noteAll(
      pairs.map(([{ freshRoom }]) => freshRoom),
      now + options.idleTimeoutMillis
    )

  /**
   * Pairs of newcomers, all together: their sessions point at fresh rooms, which are on the agenda and are then made with both
   * people in them. One packet for all sessions and one for all rooms; each pair comes out by itself.
   */
  const pairAll = Effect.fnUntraced(function* (pairs: ReadonlyArray<Pair>) {
    const now = yield* Clock.currentTimeMillis
    const [pointed, noted] = yield* Effect.all(
      [
        sessions.writeAll(
          pairs.flatMap(([one, other]) => [
            pointing(one, one.freshRoom, other.openid),
            pointing(other, one.freshRoom, one.openid)
          ])
        ),
        Effect.exit(Effect.as(notePairs(pairs, now), true))
      ],
      { concurrency: "unbounded" }
    )
    const bothPoint = pairs.map((_, place) => all(noted, pointed[2 * place], pointed[2 * place + 1]))
    const ready = pairs.filter((_, place) => isTrue(bothPoint[place]))
    const created = (yield* rooms.createAll(ready.map((pair) => roomOf(pair, now)))).values()
    const made = bothPoint.map((exit) => (isTrue(exit) ? (created.next().value ?? exit) : exit))
    yield* countPairs(made.filter(isTrue).map(() => 0))
    const moved: Array<Moved> = []
    for (const [place, pair] of pairs.entries()) {
      moved.push(
        isTrue(made[place])
          ? Exit.succeed(foundEachOther(pair, now))
          : yield* Effect.exit(notMade(pair, made[place]))
      )
    }
    return moved
  })

  /** Both go on to the next round, if they still are as they were; or memcached cannot be reached. */
  const notMade = Effect.fnUntraced(function* ([one, other]: Pair, made: Written | undefined) {
    if (made !== undefined) yield* made
    return [yield* again(one), yield* again(other)] as const
  })

  return { openRoom, join, pairAll }
})

type Written = Exit.Exit<boolean, MemcachedError>

/** Where the two of a pair go. */
type Moved = Exit.Exit<readonly [Move, Move], MemcachedError>

const isTrue = (exit: Written | undefined): boolean =>
  exit !== undefined && Exit.isSuccess(exit) && exit.value

/** The first failure, or whether all went well. */
const all = (...exits: ReadonlyArray<Written | undefined>): Written => {
  let allTrue = true
  for (const exit of exits) {
    if (exit !== undefined && Exit.isFailure(exit)) return exit
    allTrue &&= isTrue(exit)
  }
  return allTrue ? yes : no
}
const yes: Written = Exit.succeed(true)
const no: Written = Exit.succeed(false)

const foundEachOther = ([one, other]: Pair, now: number): readonly [Move, Move] => [
  { _tag: "Found", room: one.freshRoom, partner: other.openid, sinceMillis: now },
  { _tag: "Found", room: one.freshRoom, partner: one.openid, sinceMillis: now }
]

const roomOf = ([one, other]: Pair, now: number): { readonly id: RoomId; readonly room: Room } => ({
  id: one.freshRoom,
  room: {
    _tag: "Open",
    opener: one.openid,
    joiner: other.openid,
    sinceMillis: now,
    writtenBy: one.mark
  }
})

const pointing = (ask: Ask, room: RoomId, partner: Openid): SessionChange => ({
  openid: ask.openid,
  from: ask.stored,
  next: pointer(ask, room, partner)
})

// Who asked just now reads of the pair in the answer; everybody else still "sees" that they are looking.
const pointer = (ask: Ask, room: RoomId, partner: Openid | undefined): Session =>
  partner === undefined
    ? { state: stateNumbers.looking, room, writtenBy: ask.mark }
    : {
        state: ask.onBehalf ? stateNumbers.looking : stateNumbers.paired,
        room,
        partner,
        writtenBy: ask.mark
      }
