/** The sessions: what each user last saw, and at which room to look. Changed by `add` and `cas` only. */
import { Context, Effect, type Exit, Layer } from "effect"
import type { Openid } from "../core/openid.ts"
import { type Chat, ordinary, Session, sessionOf } from "../core/session.ts"
import type { Ask } from "../memcached/asks.ts"
import { Memcached, type MemcachedError } from "../memcached/memcached.ts"
import { keys, ttlSeconds } from "./keys.ts"
import { jsonItem, type Stored } from "./stored.ts"

export type StoredSession = Stored<Session>

export interface SessionChange {
  readonly openid: Openid
  readonly from: StoredSession
  readonly next: Session
}

export class Sessions extends Context.Service<
  Sessions,
  {
    readonly read: (openid: Openid) => Effect.Effect<StoredSession, MemcachedError>
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
      const items = jsonItem(yield* Memcached, Session)
      return Sessions.of({
        read: (openid) => items.read(keys.session(openid)),
        reading: (openid) => items.reading(keys.session(openid)),
        write: (openid, from, next) => items.write(keys.session(openid), from, next, ttlSeconds.chat),
        writeAll: (changes) =>
          items.writeAll(
            changes.map(({ openid, from, next }) => ({
              key: keys.session(openid),
              from,
              next,
              ttlSeconds: ttlSeconds.chat
            }))
          )
      })
    })
  )
}

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
