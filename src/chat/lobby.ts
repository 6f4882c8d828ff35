/** The lobby: the short list of the rooms in which somebody waits, one item changed by compare-and-swap. */
import { Context, Effect, Layer, Option } from "effect"
import type { Openid } from "../core/openid.ts"
import type { Lobby as Entries, LobbyEntry } from "../core/pairing.ts"
import type { RoomId } from "../core/room.ts"
import { Memcached, type MemcachedError, type Version } from "../memcached/memcached.ts"
import { newWriteId } from "./identifiers.ts"
import { keys, ttlSeconds } from "./keys.ts"

/** The lobby as it was read; no version: nothing is stored. */
export interface StoredLobby {
  readonly entries: Entries
  readonly version: Version | undefined
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

      const read = Effect.map(
        memcached.gets(keys.lobby),
        Option.match({
          onNone: (): StoredLobby => ({ entries: [], version: undefined }),
          onSome: ({ value, version }) => ({ entries: parse(value), version })
        })
      )

      const write = Effect.fnUntraced(function* (from: StoredLobby, entries: Entries) {
        const mark = yield* newWriteId
        const value = format(mark, entries)
        const stored =
          from.version === undefined
            ? memcached.add(keys.lobby, value, ttlSeconds.chat)
            : memcached.cas(keys.lobby, value, from.version, ttlSeconds.chat)
        return yield* stored.pipe(
          Effect.catchTag("MemcachedUnanswered", () =>
            Effect.map(
              memcached.get(keys.lobby),
              Option.exists((found) => found.split("\n", 1)[0] === mark)
            )
          )
        )
      })

      return Lobby.of({ read, write })
    })
  )
}

// The first line is the mark of the writer; then one line an entry. Read on every search, so it is no JSON: 1,000 entries
// are split in the tenth of the time. Openids and room names hold neither spaces nor commas.
const format = (mark: string, entries: Entries): string =>
  [
    mark,
    ...entries.map((entry) =>
      [entry.room, entry.openid, entry.deadlineMillis, entry.recent.join(","), entry.blocked.join(",")].join(
        " "
      )
    )
  ].join("\n")

const parse = (value: string): Entries =>
  value
    .split("\n")
    .slice(1)
    .flatMap((line): ReadonlyArray<LobbyEntry> => {
      const [room, openid, deadline, recent = "", blocked = ""] = line.split(" ")
      const deadlineMillis = Number(deadline)
      if (!room || !openid || !Number.isFinite(deadlineMillis)) return []
      return [
        {
          room: room as RoomId,
          openid: openid as Openid,
          deadlineMillis,
          recent: openids(recent),
          blocked: openids(blocked)
        }
      ]
    })

const openids = (list: string): ReadonlyArray<Openid> =>
  list === "" ? [] : (list.split(",") as Array<Openid>)
