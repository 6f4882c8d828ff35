/**
 * The sweeper: works off the agenda. It ends searches that ran out and pairs that fell silent, tells those whom a dead server
 * did not tell, and looks again for those whose lobby entry was lost. Any server may sweep; a lease lets one do it at a time, and
 * no harm comes of two. Every page and every room comes out by itself: of several memcacheds one may be down.
 */
import { Array, Cause, Clock, Context, Effect, Exit, Layer, Option, Schedule, Schema } from "effect"
import { type RoomId, WriteId } from "../core/room.ts"
import { Memcached, type MemcachedError } from "../memcached/memcached.ts"
import { Agenda, type AgendaPage, secondOf } from "./agenda.ts"
import type { Background } from "./background.ts"
import { clocksApartSeconds } from "./clocks.ts"
import { type Failed, makeDueRooms } from "./due-rooms.ts"
import { newWriteId } from "./identifiers.ts"
import { keys, ttlSeconds } from "./keys.ts"
import { Lobby } from "./lobby.ts"
import type { Matchmaker } from "./matchmaker.ts"
import type { News } from "./news.ts"
import { Rooms } from "./rooms.ts"
import { jsonItem } from "./stored.ts"
import { makeSweepLog } from "./sweep-log.ts"

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

/** What could not be had is tried again after this long: a room, and a page that is older than those that are read anyway. */
const againMillis = 5_000

/**
 * Of pages that could not be had the latest so many are tried again. That is an hour of all, and three hours with one memcached of three
 * down; they stand in the item of the sweep, at 11 bytes each.
 */
const mostPagesOwed = 4_000

/** Where the sweep stands: who sweeps, until when the others leave it to them, and the last second that is worked off. */
const Sweep = Schema.Struct({
  writtenBy: WriteId,
  leaseEndsMillis: Schema.Natural,
  worked: Schema.Natural,
  /** Seconds up to then whose pages could not be worked off. */
  owed: Schema.optionalKey(Schema.Array(Schema.Natural))
})
type Sweep = typeof Sweep.Type
type Progress = Pick<Sweep, "worked" | "owed">

export class Sweeper extends Context.Service<
  Sweeper,
  {
    /**
     * One sweep, unless another server holds the lease. Fails when all is done that can be done, with the worst of what could not; that is
     * tried again by the next sweeps.
     */
    readonly sweep: Effect.Effect<void, MemcachedError>
  }
>()("xiaohou/chat/Sweeper") {
  static readonly layer = (options: {
    readonly idleTimeoutMillis: number
  }): Layer.Layer<Sweeper, never, Agenda | Background | Lobby | Matchmaker | Memcached | News | Rooms> =>
    Layer.effect(Sweeper, make(options.idleTimeoutMillis))

  /** Sweeps every `sweepEveryMillis`, as long as the layer lives. */
  static readonly layerRunning: Layer.Layer<never, never, Sweeper> = Layer.effectDiscard(
    Effect.gen(function* () {
      const { sweep } = yield* Sweeper
      const { failed, succeeded } = makeSweepLog()
      yield* sweep.pipe(
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
  const rooms = yield* Rooms
  const leases = jsonItem(yield* Memcached, Sweep)
  const lookAt = yield* makeDueRooms(idleTimeoutMillis)
  const me = yield* newWriteId
  /** How far the sweep had come when this process last knew: to go on from while memcached does not say. */
  let known: Progress | undefined
  let owedTriedMillis = 0

  /** What fails keeps nothing else from being done. */
  const attempt = <A>(work: Effect.Effect<A, MemcachedError>, failed: Failed) =>
    Effect.map(Effect.exit(work), (exit) => {
      if (Exit.isSuccess(exit)) return Option.some(exit.value)
      failed(exit.cause)
      return Option.none<A>()
    })

  /** Looks at a room, and notes when to look again, which is soon if that failed. False: it could not be noted. */
  const attend = Effect.fnUntraced(function* (id: RoomId, failed: Failed) {
    const looked = yield* attempt(lookAt(id, failed), failed)
    const again = (yield* Clock.currentTimeMillis) + againMillis
    const next = Option.getOrElse(looked, () => again)
    return next === undefined || Option.isSome(yield* attempt(agenda.note(id, next), failed))
  })

  /** Those that are neither over nor on the agenda again. */
  const attendAll = (ids: ReadonlyArray<RoomId>, failed: Failed) =>
    Effect.map(
      Effect.forEach(ids, (id) => attend(id, failed), { concurrency: roomsAtOnce }),
      (attended) => new Set(ids.filter((_, place) => attended[place] === false))
    )

  /** Works pages off. Gives back the seconds of those that could not be. */
  const workOff = Effect.fnUntraced(function* (seconds: ReadonlyArray<number>, failed: Failed) {
    const read = yield* Effect.forEach(seconds, (second) => attempt(agenda.page(second), failed), {
      concurrency: pagesAtOnce
    })
    const owed = seconds.filter((_, place) => read[place] === undefined || Option.isNone(read[place]))
    const pages = Array.getSomes(Array.getSomes(read))
    const left = yield* attendAll([...new Set(pages.flatMap((page) => page.rooms))], failed)
    const finish = (page: AgendaPage) => {
      if (page.rooms.some((id) => left.has(id))) return Effect.succeed([page.second])
      // What was noted meanwhile keeps the page; the next sweep looks back and finds it.
      return Effect.as(attempt(agenda.done(page), failed), [])
    }
    const unfinished = yield* Effect.forEach(pages, finish, { concurrency: pagesAtOnce })
    return [...owed, ...unfinished.flat()]
  })

  /** A page of the agenda may be lost as well: searches that ran out stand in the lobby too, and leave it here. */
  const lookAtListed = Effect.fnUntraced(function* (now: number, failed: Failed) {
    const stored = yield* lobby.read
    const overdue = stored.entries.filter(({ deadlineMillis }) => deadlineMillis <= now)
    if (overdue.length === 0) return
    const left = yield* attendAll(
      overdue.map(({ room }) => room),
      failed
    )
    // Not written where somebody else changed it: whoever did has pruned it.
    yield* lobby.write(
      stored,
      stored.entries.filter(({ deadlineMillis, room }) => deadlineMillis > now || left.has(room))
    )
  })

  /** So may that of a silent pair: every server looks after those of which it knows, whoever holds the lease. */
  const lookAtKnown = Effect.fnUntraced(function* (failed: Failed) {
    const now = yield* Clock.currentTimeMillis
    const silent = yield* rooms.silentSince(now - idleTimeoutMillis - agendaGraceMillis)
    yield* Effect.forEach(silent, (id) => attempt(lookAt(id, failed), failed), {
      concurrency: roomsAtOnce,
      discard: true
    })
  })

  const lease = (now: number, progress: Progress): Sweep => ({
    writtenBy: me,
    leaseEndsMillis: now + sweepLeaseMillis,
    ...progress
  })

  /**
   * How far the sweep has come, as whoever may go on from there knows it: nothing, if that was lost. None: another server sweeps. While
   * the lease cannot be had every server sweeps.
   */
  const takeLease = Effect.fnUntraced(function* (now: number, failed: Failed) {
    const read = yield* attempt(leases.read(keys.sweep), failed)
    if (Option.isNone(read)) return Option.some(known)
    const held = read.value.value
    if (held !== undefined && held.writtenBy !== me && held.leaseEndsMillis > now) return Option.none()
    const next = lease(now, { worked: held?.worked ?? firstUnknown(now), owed: held?.owed ?? [] })
    const written = yield* attempt(leases.write(keys.sweep, read.value, next, ttlSeconds.sweep), failed)
    return Option.isSome(written) && !written.value ? Option.none() : Option.some(held)
  })

  /** Nothing is known of earlier pages when the item is lost: they may reach back as far as a pair can be silent. */
  const firstUnknown = (now: number) => secondOf(now - idleTimeoutMillis) - lookbackSeconds

  const workOffAgenda = Effect.fnUntraced(function* (
    now: number,
    from: Progress | undefined,
    failed: Failed
  ) {
    const oldest = secondOf(now) - ttlSeconds.due
    const first = from === undefined ? firstUnknown(now) : Math.max(from.worked, oldest) - lookbackSeconds
    const last = Math.min(secondOf(now), first + lookbackSeconds + pagesPerSweep)
    const owed = from?.owed ?? []
    const isTime = now >= owedTriedMillis + againMillis
    if (isTime) owedTriedMillis = now
    const seconds = [...(isTime ? owed : []), ...Array.range(first, last)]
    const failing = yield* workOff([...new Set(seconds)], failed)
    const still = new Set([...(isTime ? [] : owed), ...failing].filter((second) => second >= oldest))
    return { worked: last, owed: [...still].sort(ascending).slice(-mostPagesOwed) } satisfies Progress
  })

  const sweep = Effect.gen(function* () {
    const causes: Array<Cause.Cause<MemcachedError>> = []
    const failed: Failed = (cause) => causes.push(cause)
    yield* lookAtKnown(failed)
    const now = yield* Clock.currentTimeMillis
    const taken = yield* takeLease(now, failed)
    if (Option.isSome(taken)) {
      known = yield* workOffAgenda(now, taken.value, failed)
      yield* attempt(lookAtListed(now, failed), failed)
      yield* attempt(finish(lease(now, known)), failed)
    }
    const [worst] = [...causes.filter(Cause.hasDies), ...causes]
    if (worst !== undefined) return yield* Effect.failCause(worst)
  })

  /** Whoever took over meanwhile works the same pages off. */
  const finish = Effect.fnUntraced(function* (done: Sweep) {
    const stored = yield* leases.read(keys.sweep)
    if (stored.value === undefined || stored.value.writtenBy === me) {
      yield* leases.write(keys.sweep, stored, done, ttlSeconds.sweep)
    }
  })

  return Sweeper.of({ sweep })
})

const ascending = (one: number, other: number): number => one - other
