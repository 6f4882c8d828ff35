/**
 * The lobby: the rooms in which somebody waits, the one who came first in front. One item changed by compare-and-swap; of a long
 * lobby it says only what differs from a base, an item of its own that never changes, so that a change costs the same however
 * many wait, and a server reads each base once.
 */
import { Context, Effect, Layer, Option, Schema } from "effect"
import { Openid } from "../core/openid.ts"
import type { Lobby as Entries } from "../core/pairing.ts"
import { RoomId, WriteId } from "../core/room.ts"
import { Memcached, type MemcachedError, type Version } from "../memcached/memcached.ts"
import { newWriteId } from "./identifiers.ts"
import { keys, ttlSeconds } from "./keys.ts"
import { jsonItem } from "./stored.ts"

/** How many changes to its base the lobby's own item holds; with more it gets a new base. */
export const mostLobbyChanges = 64

/** What a long lobby differs from. */
export interface LobbyBase {
  readonly name: WriteId
  readonly entries: Entries
}

/** The lobby as it was read; no version: nothing is stored. */
export interface StoredLobby {
  readonly entries: Entries
  readonly version: Version | undefined
  readonly base: LobbyBase | undefined
}

export class Lobby extends Context.Service<
  Lobby,
  {
    readonly read: Effect.Effect<StoredLobby, MemcachedError>
    /** False: the lobby changed since it was read. */
    readonly write: (from: StoredLobby, entries: Entries) => Effect.Effect<boolean, MemcachedError>
  }
>()("xiaohou/chat/Lobby") {
  static readonly layer = Layer.effect(
    Lobby,
    Effect.gen(function* () {
      const memcached = yield* Memcached
      const items = jsonItem(memcached, LobbyItem)
      // A base never changes: the last one that was read or written here is as good as what is stored.
      let known: LobbyBase | undefined

      const baseNamed = Effect.fnUntraced(function* (name: WriteId) {
        if (known?.name === name) return known
        const entries = Option.flatMap(yield* memcached.get(keys.lobbyBase(name)), decodeEntries)
        if (Option.isNone(entries)) return undefined
        known = { name, entries: entries.value }
        return known
      })

      /** `without`: the version whose base was not there. */
      const readAfter = (without?: Version): Effect.Effect<StoredLobby, MemcachedError> =>
        Effect.gen(function* () {
          const { value: item, version } = yield* items.read(keys.lobby)
          if (item === undefined) return { entries: [], version, base: undefined }
          if (item.base === undefined) return { entries: item.added, version, base: undefined }
          const base = yield* baseNamed(item.base)
          if (base !== undefined) return { entries: changed(base.entries, item), version, base }
          // Another server made a new base in between: read again. Otherwise the base is lost, and with it the entries in it.
          if (version !== without) return yield* readAfter(version)
          return { entries: item.added, version, base }
        })

      /**
       * How the entries are stored: as changes to their old base if those are few, without a base if the lobby is short, else
       * in a new base.
       */
      const told = Effect.fnUntraced(function* (from: LobbyBase | undefined, entries: Entries) {
        const changes = differences(from?.entries ?? [], entries)
        if (changes.removed.length + changes.added.length <= mostLobbyChanges) return { base: from, changes }
        if (entries.length <= mostLobbyChanges)
          return { base: undefined, changes: { removed: [], added: entries } }
        const base: LobbyBase = { name: yield* newWriteId, entries }
        yield* memcached.set(keys.lobbyBase(base.name), JSON.stringify(entries), ttlSeconds.chat)
        return { base, changes: { removed: [], added: [] } }
      })

      const write = Effect.fnUntraced(function* (from: StoredLobby, entries: Entries) {
        const { base, changes } = yield* told(from.base, entries)
        const item: LobbyItem = {
          writtenBy: yield* newWriteId,
          ...(base === undefined ? {} : { base: base.name }),
          ...changes
        }
        const stored = { value: undefined, version: from.version }
        const written = yield* items.write(keys.lobby, stored, item, ttlSeconds.chat)
        if (written) known = base
        const obsolete = written ? from.base : base
        if (base !== from.base && obsolete !== undefined) {
          yield* Effect.ignore(memcached.delete(keys.lobbyBase(obsolete.name)))
        }
        return written
      })

      return Lobby.of({ read: readAfter(), write })
    })
  )
}

const Entry = Schema.Struct({
  room: RoomId,
  openid: Openid,
  recent: Schema.Array(Openid),
  blocked: Schema.Array(Openid),
  deadlineMillis: Schema.Natural
})

const LobbyItem = Schema.Struct({
  writtenBy: WriteId,
  base: Schema.optionalKey(WriteId),
  /** Rooms of the base that are listed no more. */
  removed: Schema.Array(RoomId),
  /** Come after those of the base. */
  added: Schema.Array(Entry)
})
type LobbyItem = typeof LobbyItem.Type
type Changes = Pick<LobbyItem, "removed" | "added">

const decodeEntries = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Array(Entry)))

const changed = (base: Entries, { removed, added }: Changes): Entries => {
  const gone = new Set(removed)
  return [...(gone.size === 0 ? base : base.filter(({ room }) => !gone.has(room))), ...added]
}

/** Entries that stay are the very objects of the base, in its order: one walk finds what differs. */
const differences = (base: Entries, entries: Entries): Changes => {
  const removed: Array<RoomId> = []
  let kept = 0
  for (const entry of base) {
    if (entry === entries[kept]) kept += 1
    else removed.push(entry.room)
  }
  return { removed, added: entries.slice(kept) }
}
