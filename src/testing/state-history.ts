import { Option } from "effect"
import { decodeJson } from "../chat/stored.ts"
import type { Openid } from "../core/openid.ts"
import { Room, type RoomId } from "../core/room.ts"
import { Session } from "../core/session.ts"
import type { MemoryStore } from "../memcached/memory-store.ts"

/** A pair that was: who, and from when to when (absent: still open). Milliseconds since 1970. */
export interface PairRecord {
  readonly room: RoomId
  readonly members: readonly [Openid, Openid]
  readonly openedAtMillis: number
  closedAtMillis?: number
}

/** The sessions and rooms that memcached holds at one moment. */
export interface Snapshot {
  readonly sessions: ReadonlyMap<Openid, Session>
  readonly rooms: ReadonlyMap<RoomId, Room>
}

/** Watches the writes to rooms, so that a judge knows who was in a pair with whom, and when. */
export class StateHistory {
  readonly pairs = new Map<RoomId, PairRecord>()

  /** To be called after every write. */
  observe(store: MemoryStore, key: string, now: number): void {
    if (!key.startsWith(roomPrefix)) return
    const id = key.slice(roomPrefix.length) as RoomId
    const room = readRoom(store, key, now)
    const pair = this.pairs.get(id)
    if (room?._tag === "Open" && pair === undefined) {
      this.pairs.set(id, { room: id, members: [room.opener, room.joiner], openedAtMillis: now })
    } else if (room?._tag !== "Open" && pair !== undefined) {
      pair.closedAtMillis ??= now
    }
  }

  /** Whether two were a pair at some moment between two times. */
  wereAPair(one: Openid, other: Openid, fromMillis: number, toMillis: number): boolean {
    for (const { members, openedAtMillis, closedAtMillis } of this.pairs.values()) {
      if (!members.includes(one) || !members.includes(other)) continue
      if (openedAtMillis <= toMillis && (closedAtMillis === undefined || closedAtMillis >= fromMillis))
        return true
    }
    return false
  }
}

/** What memcached holds now. */
export const snapshot = (store: MemoryStore, now: number): Snapshot => {
  const sessions = new Map<Openid, Session>()
  const rooms = new Map<RoomId, Room>()
  for (const key of store.keys()) {
    if (key.startsWith(roomPrefix)) {
      const room = readRoom(store, key, now)
      if (room !== undefined) rooms.set(key.slice(roomPrefix.length) as RoomId, room)
    } else if (key.startsWith(sessionPrefix)) {
      const session = Option.getOrUndefined(decodeSession(store.read(key, now)?.value))
      if (session !== undefined) sessions.set(key.slice(sessionPrefix.length) as Openid, session)
    }
  }
  return { sessions, rooms }
}

export const roomPrefix = "room:"
const sessionPrefix = "s:"

const decodeRoom = decodeJson(Room)
const decodeSession = decodeJson(Session)

/** The room under a key of memcached; undefined: there is none. */
export const readRoom = (store: MemoryStore, key: string, now: number): Room | undefined =>
  Option.getOrUndefined(decodeRoom(store.read(key, now)?.value))

/** The session of a user; undefined: there is none. */
export const readSession = (store: MemoryStore, user: Openid, now: number): Session | undefined =>
  Option.getOrUndefined(decodeSession(store.read(sessionPrefix + user, now)?.value))
