/**
 * The matchmaker: carries out the pairing decisions of the core. Newcomers of this process are matched with each other first;
 * the rest go to the lobby, with one lobby operation under way per process, so that contention is per server, not per user.
 */
import { Clock, Context, Effect, Exit, Layer, Queue } from "effect"
import type { Openid } from "../core/openid.ts"
import { decideRound, type LobbyEntry, pairNewcomers } from "../core/pairing.ts"
import type { RoomId } from "../core/room.ts"
import { unending } from "../event-loop/unending.ts"
import type { MemcachedError } from "../memcached/memcached.ts"
import { Acquaintances } from "./acquaintances.ts"
import type { Agenda } from "./agenda.ts"
import { Background } from "./background.ts"
import { Blocks } from "./blocks.ts"
import { roomNamedAfter, writeIds } from "./identifiers.ts"
import { Lobby } from "./lobby.ts"
import { decideAmongStrangers } from "./lobby-decision.ts"
import { makeNewcomerPairs } from "./newcomer-pairs.ts"
import type { News } from "./news.ts"
import { makePairingMoves, type MatchmakerOptions, type Move, type Outcome } from "./pairing-moves.ts"
import { end, failAll, makeGivingUp, type Pending, Waiting } from "./pending-asks.ts"
import type { Rooms } from "./rooms.ts"
import { isOutside, Sessions, type StoredSession } from "./sessions.ts"

/**
 * How often a round starts over because another server changed the lobby, or took the partner, at the same moment. Each time
 * somebody else got on, so this many in a row means that something is wrong.
 */
const lobbyAttempts = 40

/**
 * Of many pairs at once some are told while memcached works on others. With larger groups all that are in flight wait for memcached at the
 * same moment; smaller ones make more packets. What so many ask first (two questions a pair, and the agenda's note) is one packet, which
 * leaves at once: see `packetQuestions`.
 */
export const pairsTogether = 32

/** A look: for whom, and from which session. With `room`: they wait there already, until `deadlineMillis`. */
export interface Look {
  readonly openid: Openid
  readonly stored: StoredSession
  readonly room?: RoomId
  readonly deadlineMillis?: number
}

export class Matchmaker extends Context.Service<
  Matchmaker,
  {
    readonly look: (look: Look) => Effect.Effect<Outcome, MemcachedError>
    /** Looks for somebody who waits in `room` without their asking, since their lobby entry may be lost. */
    readonly lookAgain: (
      openid: Openid,
      room: RoomId,
      deadlineMillis: number
    ) => Effect.Effect<void, MemcachedError>
  }
>()("xiaohou/chat/Matchmaker") {
  static readonly layer = (
    options: MatchmakerOptions
  ): Layer.Layer<
    Matchmaker,
    never,
    Acquaintances | Agenda | Background | Blocks | Lobby | News | Rooms | Sessions
  > => Layer.effect(Matchmaker, make(options))
}

const make = Effect.fnUntraced(function* (options: MatchmakerOptions) {
  const acquaintances = yield* Acquaintances
  const background = yield* Background
  const blocks = yield* Blocks
  const lobby = yield* Lobby
  const sessions = yield* Sessions
  const moves = yield* makePairingMoves(options)
  const makePairs = yield* makeNewcomerPairs(options)
  const newMark = yield* writeIds
  const queue = yield* Queue.unbounded<Pending>()

  const { giveUp, sparing } = makeGivingUp(moves.undo)

  /** Settles a pending ask, or gives it back for the next round. Without an effect, since every pair comes by here. */
  const settle = (pending: Pending, move: Move): Pending | undefined => {
    if (move._tag === "Again") return { ...move.ask, waiting: pending.waiting }
    pending.waiting.end(Exit.succeed(move))
    return undefined
  }

  const queueAgain = (again: Pending | undefined) => {
    if (again !== undefined) Queue.offerUnsafe(queue, again)
  }

  /** Makes all pairs of a round together. Who did not become a pair go into the next round. */
  const pairAll = Effect.fnUntraced(function* (pairs: ReadonlyArray<readonly [Pending, Pending]>) {
    const exits = yield* makePairs(pairs)
    for (const [place, [one, other]] of pairs.entries()) {
      const exit = exits[place]
      if (exit === undefined) continue
      if (Exit.isFailure(exit)) yield* Effect.catch(exit, (error) => failAll([one, other], error))
      else {
        const [first, second] = exit.value
        queueAgain(settle(one, first))
        queueAgain(settle(other, second))
      }
    }
  })

  /** Gives a taken entry back: its owner is looked after like anybody who waits. */
  const giveBack = (entry: LobbyEntry) =>
    background.run(lookAgain(entry.openid, entry.room, entry.deadlineMillis))

  const join = (pending: Pending, entry: LobbyEntry): Effect.Effect<ReadonlyArray<Pending>> =>
    moves.join(pending, entry).pipe(
      Effect.tap((move) => (move._tag === "SessionChanged" ? giveBack(entry) : Effect.void)),
      Effect.onError(() => giveBack(entry)),
      Effect.map((move) => settle(pending, move)),
      Effect.map((again) => (again === undefined ? [] : [again])),
      Effect.catch((error) => Effect.as(failAll([pending], error), [] as ReadonlyArray<Pending>))
    )

  /** Opens a room for somebody who has to wait, unless that was done in an earlier attempt. */
  const sheltered = (pending: Pending): Effect.Effect<ReadonlyArray<Pending>> =>
    pending.room !== undefined
      ? Effect.succeed([pending])
      : moves.openRoom(pending).pipe(
          Effect.flatMap((opened) =>
            opened === undefined
              ? Effect.as(end(pending, { _tag: "SessionChanged" }), [])
              : Effect.succeed([{ ...opened, waiting: pending.waiting }])
          ),
          Effect.catch((error) => Effect.as(failAll([pending], error), []))
        )

  /** Whoever was only presumed to be in the ordinary state is looked up: a room to wait in and an entry taken out are more than an `add` undoes. */
  const found = (pending: Pending): Effect.Effect<ReadonlyArray<Pending>> =>
    pending.stored.presumed === undefined
      ? Effect.succeed([pending])
      : sessions.read(pending.openid).pipe(
          Effect.flatMap((stored) =>
            isOutside(stored)
              ? Effect.succeed([{ ...pending, stored }])
              : Effect.as(end(pending, { _tag: "SessionChanged" }), [])
          ),
          Effect.catch((error) => Effect.as(failAll([pending], error), []))
        )

  /** One reading of the lobby, one write, and what follows from it. Gives back who has to try again. */
  const attempt = Effect.fnUntraced(function* (asking: ReadonlyArray<Pending>) {
    const [stored, ...pendingsFound] = yield* Effect.all([lobby.read, ...asking.map(found)], {
      concurrency: "unbounded"
    })
    const pendings = pendingsFound.flat()
    const now = yield* Clock.currentTimeMillis
    const entryOf = (pending: Pending): LobbyEntry => ({
      room: pending.room ?? pending.freshRoom,
      openid: pending.openid,
      recent: pending.recent,
      blocked: pending.blocked,
      deadlineMillis: pending.deadlineMillis ?? now + options.pairingTimeoutMillis
    })
    const round = yield* decideAmongStrangers(
      acquaintances,
      pendings,
      (seekers) => decideRound(stored.entries, seekers, now, entryOf),
      (pending, error) => failAll([pending], error)
    )
    const waiting = round.decisions.filter(({ decision }) => decision._tag === "Wait")
    const ready = (yield* Effect.forEach(waiting, ({ seeker }) => sheltered(seeker), {
      concurrency: "unbounded"
    })).flat()
    const others = round.decisions.filter(({ decision }) => decision._tag !== "Wait")
    const everybody = [...ready, ...others.map(({ seeker }) => seeker)]
    // The lobby was decided with somebody in it who fell out: decide anew.
    if (ready.length < waiting.length) return everybody
    if (round.changed && !(yield* lobby.write(stored, round.lobby))) return everybody
    yield* Effect.forEach(ready, (pending) =>
      end(pending, { _tag: "Waits", room: pending.room ?? pending.freshRoom })
    )
    const left = yield* Effect.forEach(
      others,
      ({ seeker, decision }): Effect.Effect<ReadonlyArray<Pending>> => {
        if (decision._tag === "Join") return join(seeker, decision.entry)
        if (decision._tag === "Full") return Effect.as(giveUp(seeker), [])
        return Effect.as(end(seeker, { _tag: "Waits", room: seeker.room ?? seeker.freshRoom }), [])
      },
      { concurrency: "unbounded" }
    )
    return left.flat()
  })

  const lobbyRound = Effect.fnUntraced(function* (pendings: ReadonlyArray<Pending>) {
    let open = pendings
    for (let tries = 0; tries < lobbyAttempts && open.length > 0; tries += 1) {
      const current = open
      open = yield* attempt(current).pipe(
        Effect.catch((error) => Effect.as(failAll(current, error), [] as ReadonlyArray<Pending>))
      )
    }
    yield* Effect.forEach(open, giveUp, { discard: true })
  })

  const beginRound = Effect.fnUntraced(function* (pendings: ReadonlyArray<Pending>) {
    const { pairs, rest } = pairNewcomers(pendings)
    yield* blocks.refresh
    for (let start = 0; start < pairs.length; start += pairsTogether) {
      const together = pairs.slice(start, start + pairsTogether)
      yield* background.run(sparing(together.flat(), pairAll(together)))
    }
    if (rest.length > 0) yield* sparing(rest, lobbyRound(rest))
  })

  const round = Effect.flatMap(Queue.takeAll(queue), (pendings) => sparing(pendings, beginRound(pendings)))

  const ask = (look: Look, onBehalf: boolean) =>
    Effect.callback<Outcome, MemcachedError>((resume) => {
      const mark = newMark()
      Queue.offerUnsafe(queue, {
        ...look,
        recent: nobody,
        blocked: blocks.of(look.openid),
        mark,
        freshRoom: roomNamedAfter(mark),
        onBehalf,
        waiting: new Waiting(resume)
      })
    })

  const lookAgain: Matchmaker["Service"]["lookAgain"] = Effect.fnUntraced(
    function* (openid, room, deadlineMillis) {
      const stored = yield* sessions.read(openid)
      if (stored.value?.room !== room) return
      yield* ask({ openid, stored, room, deadlineMillis }, true)
    }
  )

  yield* Effect.forkScoped(unending("pairing", round))
  return Matchmaker.of({ look: (look) => ask(look, false), lookAgain })
})

const nobody: ReadonlyArray<Openid> = []
