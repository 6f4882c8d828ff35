/** The sessions: what each user last saw, and at which room to look. Changed by `add` and `cas` only. */
import { Clock, Context, Effect, Exit, Layer, Schema } from "effect"
import type { Openid } from "../core/openid.ts"
import { type Chat, ordinary, Session, sessionOf, stateNumbers } from "../core/session.ts"
import { type RoomId, WriteId } from "../core/room.ts"
import { type Ask, understood } from "../memcached/asks.ts"
import { Memcached, type MemcachedError } from "../memcached/memcached.ts"
import { newWriteId } from "./identifiers.ts"
import { sessionText } from "./item-text.ts"
import { keys, ttlSeconds } from "./keys.ts"
import { KnownSessions } from "./known-sessions.ts"
import { jsonItem, nothing, type Stored } from "./stored.ts"

/**
 * What stands in the place of a session for an hour after a chat: the user is in the ordinary state, and may meet somebody anew. Who has
 * neither this nor a session met nobody lately.
 */
const Left = Schema.Struct({
  state: Schema.Literal(stateNumbers.ordinary),
  atMillis: Schema.Natural,
  writtenBy: WriteId
})

const Item = Schema.Union([Session, Left])
type Item = typeof Item.Type

/**
 * A session as it was read. `presumed`: it was not read; this server presumes that nothing is stored. `missed`: nothing is
 * stored, and this is the chat in which the user was when this server last heard of them. `leftAtMillis`: the ordinary state, after
 * a chat that was over then (milliseconds since 1970).
 */
export interface StoredSession extends Stored<Session> {
  readonly presumed?: true
  readonly missed?: RoomId
  readonly leftAtMillis?: number
}

export interface SessionChange {
  readonly openid: Openid
  readonly from: StoredSession
  readonly next: Session
}

export class Sessions extends Context.Service<
  Sessions,
  {
    readonly read: (openid: Openid) => Effect.Effect<StoredSession, MemcachedError>
    /**
     * An absent session, without reading, if this server knows of none: for a change that begins with an `add`, which finds out
     * if that is wrong. Undefined: this server knows of one.
     */
    readonly presumed: (openid: Openid) => StoredSession | undefined
    /** Forgets in which chat the user was, of which nothing is stored any more: there is nothing left to tell about it. */
    readonly missedNoMore: (openid: Openid) => Effect.Effect<void>
    /** To be asked together with others. */
    readonly reading: (openid: Openid) => Ask<StoredSession>
    /**
     * Replaces the session that was read; `undefined`: by none (state 0), or for an hour by a mark that there was a chat. False: it changed
     * since, read again.
     */
    readonly write: (
      openid: Openid,
      from: StoredSession,
      next: Session | undefined
    ) => Effect.Effect<boolean, MemcachedError>
    /** The same for several people at once; each change has an outcome of its own. */
    readonly writeAll: (
      changes: ReadonlyArray<SessionChange>
    ) => Effect.Effect<ReadonlyArray<Exit.Exit<boolean, MemcachedError>>>
    /** Deletes that mark; a session that stands is left alone. */
    readonly forget: (openid: Openid) => Effect.Effect<void, MemcachedError>
  }
>()("xiaohou/chat/Sessions") {
  static readonly layer = Layer.effect(
    Sessions,
    Effect.gen(function* () {
      const memcached = yield* Memcached
      const items = jsonItem(memcached, Item, itemText)
      const known = new KnownSessions()
      const learned = (openid: Openid, { value, version }: Stored<Item>): StoredSession => {
        if (value !== undefined && isLeft(value)) {
          known.expect(openid)
          return { value: undefined, version, leftAtMillis: value.atMillis }
        }
        const missed = version === undefined ? known.chatOf(openid) : undefined
        // The reader may be this user's partner, so nothing is learned here; this user is told of the loss at their own next
        // action.
        if (missed !== undefined) return { value, version, missed }
        if (value === undefined && version !== undefined) known.expect(openid)
        else known.learn(openid, value)
        return { value, version }
      }
      const read = (openid: Openid) =>
        Effect.map(items.read(keys.session(openid)), (found) => learned(openid, found))

      /** Ends a session. */
      const end = Effect.fnUntraced(function* (openid: Openid, from: StoredSession) {
        const atMillis = from.leftAtMillis ?? (yield* Clock.currentTimeMillis)
        const left = hasMet(from)
          ? { state: stateNumbers.ordinary, atMillis, writtenBy: yield* newWriteId }
          : undefined
        const isEnded = yield* items.write(keys.session(openid), from, left, ttlSeconds.met)
        if (isEnded && left === undefined) known.learn(openid, undefined)
        else if (isEnded) known.expect(openid)
        return isEnded
      })

      return Sessions.of({
        read,
        missedNoMore: (openid) => Effect.sync(() => known.learn(openid, undefined)),
        presumed: (openid) => (known.has(openid) ? undefined : presumedNone),
        reading: (openid) =>
          understood(items.reading(keys.session(openid)), (found) => learned(openid, found)),
        write: (openid, from, next) => {
          if (next === undefined) return end(openid, from)
          known.expect(openid)
          const write = items.write(keys.session(openid), from, carrying(from, next), ttlSeconds.chat)
          return Effect.tap(write, (written) =>
            Effect.sync(() => (written ? known.learn(openid, next) : undefined))
          )
        },
        writeAll: (changes) => {
          for (const { openid } of changes) known.expect(openid)
          const written = items.writeAll(
            changes.map(({ openid, from, next }) => ({
              key: keys.session(openid),
              from,
              next: carrying(from, next),
              ttlSeconds: ttlSeconds.chat
            }))
          )
          return Effect.tap(written, (exits) =>
            Effect.sync(() => {
              changes.forEach(({ openid, next }, place) => {
                const exit = exits[place]
                if (exit !== undefined && Exit.isSuccess(exit) && exit.value) known.learn(openid, next)
              })
            })
          )
        },
        forget: Effect.fnUntraced(function* (openid) {
          const stored = yield* read(openid)
          if (stored.leftAtMillis === undefined) return
          yield* memcached.delete(keys.session(openid), stored.version)
          known.learn(openid, undefined)
        })
      })
    })
  )
}

/** Whether the user was in a chat in the last hour, or is. A session without this is that of somebody who met nobody. */
export const hasMet = ({ value, leftAtMillis }: StoredSession): boolean =>
  leftAtMillis !== undefined || value?.partner !== undefined || value?.hasMet === true

/** Whether the user is in the ordinary state, with nothing to tell them. */
export const isOutside = ({ value, missed }: StoredSession): boolean =>
  value === undefined && missed === undefined

const carrying = (from: StoredSession, next: Session): Session =>
  next.partner === undefined && hasMet(from) ? { ...next, hasMet: true } : next

const isLeft = (item: Item): item is typeof Left.Type => item.state === stateNumbers.ordinary

const itemText = (item: Item): string => (isLeft(item) ? JSON.stringify(item) : sessionText(item))

const presumedNone: StoredSession = { ...nothing, presumed: true }

/** Whether the state after a step has to be written. */
export const isNew = (stored: StoredSession, next: Chat): boolean => {
  if (stored.value === undefined) {
    return (stored.version !== undefined && stored.leftAtMillis === undefined) || next._tag !== ordinary._tag
  }
  const kept: Session = stored.value
  const after = sessionOf(next, kept.writtenBy)
  return (
    after === undefined ||
    after.state !== kept.state ||
    after.room !== kept.room ||
    after.partner !== kept.partner ||
    kept.tellingUntilMillis !== undefined
  )
}
