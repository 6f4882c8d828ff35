/** The sessions: what each user last saw, and at which room to look. Changed by `add` and `cas` only. */
import { Context, Effect, Exit, Layer } from "effect"
import type { Openid } from "../core/openid.ts"
import { type Chat, ordinary, Session, sessionOf } from "../core/session.ts"
import type { RoomId } from "../core/room.ts"
import { type Ask, understood } from "../memcached/asks.ts"
import { Memcached, type MemcachedError } from "../memcached/memcached.ts"
import { sessionText } from "./item-text.ts"
import { keys, ttlSeconds } from "./keys.ts"
import { KnownSessions } from "./known-sessions.ts"
import { jsonItem, nothing, type Stored } from "./stored.ts"

/**
 * A session as it was read. `presumed`: it was not read; this server presumes that nothing is stored. `missed`: nothing is
 * stored, and this is the chat in which the user was when this server last heard of them.
 */
export interface StoredSession extends Stored<Session> {
  readonly presumed?: true
  readonly missed?: RoomId
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
    /** Replaces the session that was read; `undefined` deletes it (state 0). False: it changed since, read again. */
    readonly write: (
      openid: Openid,
      from: StoredSession,
      next: Session | undefined
    ) => Effect.Effect<boolean, MemcachedError>
    /** The same for several people at once; each change has an outcome of its own. */
    readonly writeAll: (
      changes: ReadonlyArray<SessionChange>
    ) => Effect.Effect<ReadonlyArray<Exit.Exit<boolean, MemcachedError>>>
  }
>()("xiaohou/chat/Sessions") {
  static readonly layer = Layer.effect(
    Sessions,
    Effect.gen(function* () {
      const items = jsonItem(yield* Memcached, Session, sessionText)
      const known = new KnownSessions()
      const learned = (openid: Openid, read: Stored<Session>): StoredSession => {
        const missed = read.version === undefined ? known.chatOf(openid) : undefined
        // The reader may be this user's partner, so nothing is learned here; this user is told of the loss at their own next
        // action.
        if (missed !== undefined) return { ...read, missed }
        if (read.value === undefined && read.version !== undefined) known.expect(openid)
        else known.learn(openid, read.value)
        return read
      }

      return Sessions.of({
        read: (openid) => Effect.map(items.read(keys.session(openid)), (read) => learned(openid, read)),
        missedNoMore: (openid) => Effect.sync(() => known.learn(openid, undefined)),
        presumed: (openid) => (known.has(openid) ? undefined : presumedNone),
        reading: (openid) => understood(items.reading(keys.session(openid)), (read) => learned(openid, read)),
        write: (openid, from, next) => {
          const write = items.write(keys.session(openid), from, next, ttlSeconds.chat)
          if (next !== undefined) known.expect(openid)
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
              next,
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
        }
      })
    })
  )
}

const presumedNone: StoredSession = { ...nothing, presumed: true }

/** Whether the state after a step has to be written. */
export const isNew = (stored: StoredSession, next: Chat): boolean => {
  if (stored.value === undefined) return stored.version !== undefined || next._tag !== ordinary._tag
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
