/** The rooms: the one truth about each pair. A room changes by one compare-and-swap at a time. */
import { Clock, Context, Effect, Exit, Layer, Option } from "effect"
import type { Openid } from "../core/openid.ts"
import { closed, type CloseReason, Room, type RoomId } from "../core/room.ts"
import { type Ask, ask, understood } from "../memcached/asks.ts"
import { Memcached, type MemcachedError } from "../memcached/memcached.ts"
import { Acquaintances } from "./acquaintances.ts"
import { newWriteId } from "./identifiers.ts"
import { roomText } from "./item-text.ts"
import { keys, ttlSeconds } from "./keys.ts"
import { LastPartners } from "./last-partners.ts"
import { KnownPairs } from "./known-pairs.ts"
import { jsonItem, nothing, type Stored } from "./stored.ts"

export type StoredRoom = Stored<Room>

/** How lively a pair is: when somebody last spoke (milliseconds since 1970), and how many lines; absent if not known. */
export interface Liveliness {
  readonly spokeAtMillis: number | undefined
  readonly lines: number | undefined
}

export class Rooms extends Context.Service<
  Rooms,
  {
    readonly read: (id: RoomId) => Effect.Effect<StoredRoom, MemcachedError>
    /** The same, to be asked together with others; milliseconds since 1970. */
    readonly reading: (id: RoomId, nowMillis: number) => Ask<StoredRoom>
    /** False: the name is taken. */
    readonly create: (id: RoomId, room: Room) => Effect.Effect<boolean, MemcachedError>
    /** The same for several at once; each has an outcome of its own. */
    readonly createAll: (
      rooms: ReadonlyArray<{ readonly id: RoomId; readonly room: Room }>
    ) => Effect.Effect<ReadonlyArray<Exit.Exit<boolean, MemcachedError>>>
    /** False: the room changed since it was read. */
    readonly change: (id: RoomId, from: StoredRoom, next: Room) => Effect.Effect<boolean, MemcachedError>
    /** Closes the room as it was read. False: it was gone or closed, or has changed since. */
    readonly close: (
      id: RoomId,
      from: StoredRoom,
      why: CloseReason,
      closedBy?: Openid
    ) => Effect.Effect<boolean, MemcachedError>
    /** Records that a line was passed on; which line of the room it is, from 1 on. */
    readonly spoken: (id: RoomId) => Effect.Effect<number, MemcachedError>
    readonly liveliness: (id: RoomId) => Effect.Effect<Liveliness, MemcachedError>
    /** Pairs in which nobody has spoken since then (milliseconds since 1970), as far as this process knows. */
    readonly silentSince: (millis: number) => Effect.Effect<ReadonlyArray<RoomId>>
  }
>()("xiaohou/chat/Rooms") {
  static readonly layer = Layer.effect(
    Rooms,
    Effect.gen(function* () {
      const memcached = yield* Memcached
      const acquaintances = yield* Acquaintances
      const lastPartners = yield* LastPartners
      const items = jsonItem(memcached, Room, roomText)
      const known = new KnownPairs()

      /**
       * What is read here is the room's true state. If it is not known when somebody last spoke there, it counts as now: ending
       * a pair late is better than ending one that talks.
       */
      const learnAt = (now: number, id: RoomId, room: Room | undefined) => {
        if (room?._tag === "Open") known.found(id, now)
        else if (room?._tag !== "Waiting") known.ended(id)
      }
      const learn = (id: RoomId, room: Room | undefined) =>
        Effect.map(Clock.currentTimeMillis, (now) => learnAt(now, id, room))

      const write = (id: RoomId, from: StoredRoom, next: Room) =>
        items.write(
          keys.room(id),
          from,
          next,
          next._tag === "Closed" ? ttlSeconds.closedRoom : ttlSeconds.chat
        )

      const change = (id: RoomId, from: StoredRoom, next: Room) =>
        Effect.tap(write(id, from, next), (written) => (written ? learn(id, next) : Effect.void))

      const close = Effect.fnUntraced(function* (
        id: RoomId,
        from: StoredRoom,
        why: CloseReason,
        closedBy?: Openid
      ) {
        const room = from.value
        if (room === undefined || room._tag === "Closed") return false
        const now = yield* Clock.currentTimeMillis
        const writtenBy = yield* newWriteId
        const next = closed(room, { why, now, writtenBy, ...(closedBy === undefined ? {} : { closedBy }) })
        if (room._tag === "Waiting") return yield* change(id, from, next)
        const { opener, joiner, sinceMillis } = room
        // In the packet that ends the chat: from then on they might look for each other.
        const recorded = Effect.exit(acquaintances.met([opener, joiner], now - sinceMillis))
        const [isClosed] = yield* Effect.all([change(id, from, next), recorded], { concurrency: "unbounded" })
        if (isClosed)
          yield* lastPartners.parted({ room: id, two: [opener, joiner], sinceMillis, atMillis: now })
        return isClosed
      })

      const numberAt = (key: string) =>
        Effect.map(memcached.get(key), (value) => {
          const number = Number(Option.getOrUndefined(value))
          return Number.isFinite(number) ? number : undefined
        })

      return Rooms.of({
        read: (id) => Effect.tap(items.read(keys.room(id)), ({ value }) => learn(id, value)),
        reading: (id, nowMillis) =>
          understood(items.reading(keys.room(id)), (room) => {
            learnAt(nowMillis, id, room.value)
            return room
          }),
        create: (id, room) => change(id, nothing, room),
        createAll: (fresh) =>
          Effect.tap(
            items.writeAll(
              fresh.map(({ id, room }) => ({
                key: keys.room(id),
                from: nothing,
                next: room,
                ttlSeconds: ttlSeconds.chat
              }))
            ),
            (exits) =>
              Effect.map(Clock.currentTimeMillis, (now) => {
                fresh.forEach(({ id, room }, place) => {
                  if (room._tag === "Open" && isTrue(exits[place])) known.made(id, now)
                })
              })
          ),
        change,
        close,
        spoken: (id) =>
          Clock.currentTimeMillis.pipe(
            Effect.flatMap((now) => {
              known.heard(id, now)
              return memcached.askAll(
                [
                  ask.set(keys.spoke(id), String(now), ttlSeconds.chat),
                  ask.increment(keys.lines(id), 1, 1, ttlSeconds.chat)
                ],
                "piggybacked"
              )
            }),
            Effect.flatMap(([spoke, lines]) => Effect.andThen(spoke, lines))
          ),
        liveliness: (id) =>
          Effect.tap(
            Effect.all(
              { spokeAtMillis: numberAt(keys.spoke(id)), lines: numberAt(keys.lines(id)) },
              { concurrency: "unbounded" }
            ),
            ({ spokeAtMillis }) =>
              Effect.sync(() => {
                if (spokeAtMillis !== undefined) known.heard(id, spokeAtMillis)
              })
          ),
        silentSince: (millis) => Effect.sync(() => known.silentSince(millis))
      })
    })
  )
}

const isTrue = (exit: Exit.Exit<boolean, MemcachedError> | undefined): boolean =>
  exit !== undefined && Exit.isSuccess(exit) && exit.value
