/**
 * The sweeper: works off the agenda. It ends searches that ran out and pairs that fell silent, tells those whom a dead server
 * did not tell, and looks again for those whose lobby entry was lost. Any server may sweep; a lease lets one do it at a time, and
 * no harm comes of two.
 */
import { Array, Cause, Clock, Context, Effect, Layer, Option, Schedule, Schema } from "effect"
import { members, type RoomId, WriteId } from "../core/room.ts"
import { Memcached, type MemcachedError } from "../memcached/memcached.ts"
import { Agenda, type AgendaPage, secondOf } from "./agenda.ts"
import { clocksApartSeconds } from "./clocks.ts"
import { newWriteId } from "./identifiers.ts"
import { keys, ttlSeconds } from "./keys.ts"
import { Lobby } from "./lobby.ts"
import { Matchmaker } from "./matchmaker.ts"
import { News } from "./news.ts"
import { waitingRecheckMillis } from "./pairing-moves.ts"
import { Rooms } from "./rooms.ts"
import { jsonItem } from "./stored.ts"

/** Deadlines are told within 5 s; a look every second leaves four for a slow neighbour. */
export const sweepEveryMillis = 1_000

/** A sweeper that has not come back after this long is taken for dead. */
export const sweepLeaseMillis = 4_000

/** Pages that are read again although they were worked off: a server whose clock is slow still notes on them. */
const lookbackSeconds = clocksApartSeconds

/**
 * A pair that is still open this long after it should have ended for silence is on no page of the agenda: a sweep follows a page
 * within a second, and both are told within 5 s.
 */
const agendaGraceMillis = 2_000

/** How many rooms are looked at side by side. */
const roomsAtOnce = 16

/** After a long stop, pages are caught up in portions, so that the lease is renewed in between. */
const pagesPerSweep = 4_000

/** How many pages are read side by side; most seconds have none. */
const pagesAtOnce = 64

/** Where the sweep stands: who sweeps, until when the others leave it to them, and the last second that is worked off. */
const Sweep = Schema.Struct({
  writtenBy: WriteId,
  leaseEndsMillis: Schema.Natural,
  worked: Schema.Natural
})
type Sweep = typeof Sweep.Type

export class Sweeper extends Context.Service<
  Sweeper,
  {
    /** One sweep, unless another server holds the lease. */
    readonly sweep: Effect.Effect<void, MemcachedError>
  }
>()("xiaohou/chat/Sweeper") {
  static readonly layer = (options: {
    readonly idleTimeoutMillis: number
  }): Layer.Layer<Sweeper, never, Agenda | Lobby | Matchmaker | Memcached | News | Rooms> =>
    Layer.effect(Sweeper, make(options.idleTimeoutMillis))

  /** Sweeps every `sweepEveryMillis`, as long as the layer lives. */
  static readonly layerRunning: Layer.Layer<never, never, Sweeper> = Layer.effectDiscard(
    Effect.gen(function* () {
      const sweeper = yield* Sweeper
      // An outage is told once at its beginning and once at its end, not every second.
      let failing = false
      const failed = (cause: Cause.Cause<MemcachedError>) => {
        if (failing) return Effect.void
        failing = true
        const problem = Cause.findErrorOption(cause)
        return Option.isSome(problem)
          ? Effect.logWarning("sweeping is not possible; it is tried every second", {
              problem: problem.value.message
            })
          : Effect.logError("a sweep failed", cause)
      }
      const succeeded = Effect.suspend(() => {
        if (!failing) return Effect.void
        failing = false
        return Effect.logInfo("sweeping is possible again")
      })
      yield* sweeper.sweep.pipe(
        Effect.andThen(succeeded),
        Effect.catchCause(failed),
        Effect.repeat(Schedule.spaced(sweepEveryMillis)),
        Effect.forkScoped
      )
    })
  )
}

const make = Effect.fnUntraced(function* (idleTimeoutMillis: number) {
  const agenda = yield* Agenda
  const lobby = yield* Lobby
  const matchmaker = yield* Matchmaker
  const memcached = yield* Memcached
  const news = yield* News
  const rooms = yield* Rooms
  const leases = jsonItem(memcached, Sweep)
  const me = yield* newWriteId

  const tellAll = (id: RoomId, people: Parameters<typeof members>[0]) =>
    Effect.forEach(members(people), (openid) => news.tell(openid, id), { discard: true })

  /** Looks at one room; when to look again, or undefined when there is nothing more to come. */
  const lookAt = Effect.fnUntraced(function* (id: RoomId) {
    const stored = yield* rooms.read(id)
    const room = stored.value
    const now = yield* Clock.currentTimeMillis
    if (room === undefined) return undefined
    switch (room._tag) {
      case "Closed":
        yield* tellAll(id, room)
        return undefined
      case "Waiting":
        if (room.deadlineMillis > now) {
          yield* matchmaker.lookAgain(room.opener, id, room.deadlineMillis)
          return Math.min(room.deadlineMillis, now + waitingRecheckMillis)
        }
        // Somebody joined at this moment: look once more.
        if (!(yield* rooms.close(id, stored, "expired"))) return now
        yield* tellAll(id, room)
        return undefined
      case "Open": {
        yield* tellAll(id, room)
        const { spokeAtMillis } = yield* rooms.liveliness(id)
        const silentAt = Math.max(room.sinceMillis, spokeAtMillis ?? 0) + idleTimeoutMillis
        if (silentAt > now) return silentAt
        if (!(yield* rooms.close(id, stored, "idle"))) return now
        yield* tellAll(id, room)
        return undefined
      }
    }
  })

  const workOff = Effect.fnUntraced(function* (page: AgendaPage) {
    yield* Effect.forEach(
      page.rooms,
      (id) =>
        Effect.flatMap(lookAt(id), (next) => (next === undefined ? Effect.void : agenda.note(id, next))),
      { concurrency: roomsAtOnce, discard: true }
    )
    // What was noted meanwhile keeps the page; the next sweep looks back and finds it.
    yield* agenda.done(page)
  })

  /** A page of the agenda may be lost as well: searches that ran out stand in the lobby too, and leave it here. */
  const lookAtListed = Effect.fnUntraced(function* (now: number) {
    const stored = yield* lobby.read
    const overdue = stored.entries.filter(({ deadlineMillis }) => deadlineMillis <= now)
    if (overdue.length === 0) return
    yield* Effect.forEach(overdue, ({ room }) => lookAt(room), { concurrency: roomsAtOnce, discard: true })
    // Not written where somebody else changed it: whoever did has pruned it.
    yield* lobby.write(
      stored,
      stored.entries.filter(({ deadlineMillis }) => deadlineMillis > now)
    )
  })

  /** So may that of a silent pair: every server looks after those of which it knows, whoever holds the lease. */
  const lookAtKnown = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const silent = yield* rooms.silentSince(now - idleTimeoutMillis - agendaGraceMillis)
    yield* Effect.forEach(silent, lookAt, { concurrency: roomsAtOnce, discard: true })
  })

  const sweep = Effect.gen(function* () {
    yield* lookAtKnown
    const stored = yield* leases.read(keys.sweep)
    const now = yield* Clock.currentTimeMillis
    const held = stored.value
    if (held !== undefined && held.writtenBy !== me && held.leaseEndsMillis > now) return
    const from = Math.max(held?.worked ?? 0, secondOf(now) - ttlSeconds.due) - lookbackSeconds
    // Nothing is known of earlier pages when the item is lost: they may reach back as far as a pair can be silent.
    const first = held === undefined ? secondOf(now - idleTimeoutMillis) - lookbackSeconds : from
    const last = Math.min(secondOf(now), first + lookbackSeconds + pagesPerSweep)
    const lease = (worked: number): Sweep => ({
      writtenBy: me,
      leaseEndsMillis: now + sweepLeaseMillis,
      worked
    })
    if (!(yield* leases.write(keys.sweep, stored, lease(held?.worked ?? first), ttlSeconds.sweep))) return
    const pages = yield* Effect.forEach(Array.range(first, last), agenda.page, { concurrency: pagesAtOnce })
    for (const page of Array.getSomes(pages)) yield* workOff(page)
    yield* lookAtListed(now)
    yield* leases.write(keys.sweep, yield* leases.read(keys.sweep), lease(last), ttlSeconds.sweep)
  })

  return Sweeper.of({ sweep })
})
