import { Clock, Effect, Exit } from "effect"
import type { Openid } from "../core/openid.ts"
import type { Room, RoomId } from "../core/room.ts"
import type { MemcachedError } from "../memcached/memcached.ts"
import { type Acquaintance, Acquaintances } from "./acquaintances.ts"
import { Agenda } from "./agenda.ts"
import { acquainted } from "./lobby-decision.ts"
import { Blocks } from "./blocks.ts"
import { countNewcomerPairs } from "./pairing-metrics.ts"
import { type Ask, makeAgain, type MatchmakerOptions, type Move, pointer } from "./pairing-moves.ts"
import { Rooms } from "./rooms.ts"
import { hasMet, type SessionChange, Sessions } from "./sessions.ts"

/** Two newcomers of this process who are to become a pair. */
type Pair = readonly [Ask, Ask]

/** Where the two of a pair go. */
type Moved = Exit.Exit<readonly [Move, Move], MemcachedError>

/** The writes by which newcomers of one process become pairs: point first, then join (design, rules 4 and 8). */
export const makeNewcomerPairs = Effect.fnUntraced(function* (options: MatchmakerOptions) {
  const acquaintances = yield* Acquaintances
  const agenda = yield* Agenda
  const blocks = yield* Blocks
  const rooms = yield* Rooms
  const sessions = yield* Sessions
  const again = yield* makeAgain

  /** Puts the rooms of pairs that are about to be made on the agenda. */
  const notePairs = (pairs: ReadonlyArray<Pair>, now: number) =>
    agenda.noteAll(
      pairs.map(([{ freshRoom }]) => freshRoom),
      now + options.idleTimeoutMillis
    )

  /** Neither is asked about of whom it is certain that they met nobody lately, and so blocked nobody of whom the database does not know. */
  const mayHaveMet = ([one, other]: Pair): boolean =>
    hasMet(one.stored) || hasMet(other.stored) || !blocks.isUpToDate()

  /** What each two are to each other. */
  const introduceAll = (pairs: ReadonlyArray<Pair>): Effect.Effect<ReadonlyArray<Introduced | undefined>> => {
    const unsure = pairs.filter(mayHaveMet)
    if (unsure.length === 0) return Effect.succeed(pairs.map(() => strangers))
    return Effect.map(
      acquaintances.introduce(unsure.map(([one, other]) => [one.openid, other.openid])),
      (found) => {
        const foundOf = new Map(unsure.map((pair, place) => [pair, found[place]]))
        return pairs.map((pair) => (foundOf.has(pair) ? foundOf.get(pair) : strangers))
      }
    )
  }

  /**
   * Makes all pairs together. One packet lets the sessions point at fresh rooms, puts these on the agenda, and asks whether those
   * have met who may have; a second one makes the rooms of strangers, with both people in them. Each pair has an outcome of its own.
   */
  const pairAll = Effect.fnUntraced(function* (pairs: ReadonlyArray<Pair>) {
    const now = yield* Clock.currentTimeMillis
    const pointers: Array<SessionChange> = []
    for (const [one, other] of pairs) {
      pointers.push(pointing(one, one.freshRoom, other.openid), pointing(other, one.freshRoom, one.openid))
    }
    const [introduced, pointed, noted] = yield* Effect.all(
      [introduceAll(pairs), sessions.writeAll(pointers), Effect.exit(Effect.as(notePairs(pairs, now), true))],
      { concurrency: "unbounded" }
    )
    const mayMeet: Array<Written> = []
    const ready: Array<FreshRoom> = []
    for (const [place, pair] of pairs.entries()) {
      const may = all(noted, areStrangers(introduced[place]), pointed[2 * place], pointed[2 * place + 1])
      mayMeet.push(may)
      if (isTrue(may)) ready.push(roomOf(pair, now))
    }
    const created = (yield* rooms.createAll(ready)).values()
    const moved: Array<Moved> = []
    const unmade: Array<Effect.Effect<void>> = []
    let count = 0
    for (const [place, pair] of pairs.entries()) {
      const may = mayMeet[place]
      const made = isTrue(may) ? (created.next().value ?? may) : may
      if (isTrue(made)) {
        count += 1
        moved[place] = Exit.succeed(foundEachOther(pair, now))
      } else {
        const exit = Effect.exit(notMade(pair, made, introduced[place]))
        unmade.push(Effect.map(exit, (move) => void (moved[place] = move)))
      }
    }
    if (unmade.length > 0) yield* Effect.all(unmade, { concurrency: "unbounded", discard: true })
    yield* countNewcomerPairs(count)
    return moved
  })

  /**
   * Both go into the next round knowing what they are to each other, unless a session was changed by somebody else. Fails if
   * memcached could not be reached.
   */
  const notMade = Effect.fnUntraced(function* (
    [one, other]: Pair,
    made: Written | undefined,
    introduced: Introduced | undefined
  ) {
    if (made !== undefined) yield* made
    const were = introduced === undefined ? "strangers" : yield* introduced
    return yield* Effect.all([again(acquainted(one, other, were)), again(acquainted(other, one, were))], {
      concurrency: "unbounded"
    })
  })

  return pairAll
})

type Written = Exit.Exit<boolean, MemcachedError>
type Introduced = Exit.Exit<Acquaintance, MemcachedError>

const strangers: Introduced = Exit.succeed("strangers")

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

const areStrangers = (introduced: Introduced | undefined): Written => {
  if (introduced === undefined) return no
  if (Exit.isFailure(introduced)) return Exit.failCause(introduced.cause)
  return introduced.value === "strangers" ? yes : no
}

const foundEachOther = ([one, other]: Pair, now: number): readonly [Move, Move] => [
  { _tag: "Found", room: one.freshRoom, partner: other.openid, sinceMillis: now },
  { _tag: "Found", room: one.freshRoom, partner: one.openid, sinceMillis: now }
]

interface FreshRoom {
  readonly id: RoomId
  readonly room: Room
}

const roomOf = ([one, other]: Pair, now: number): FreshRoom => ({
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
