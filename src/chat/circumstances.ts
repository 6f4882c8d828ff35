import type { Effect } from "effect"
import type { Kept } from "../core/folding.ts"
import type { MemcachedError } from "../memcached/memcached.ts"
import type { Prefetched } from "./chat-prefetch.ts"
import type { StoredSession } from "./sessions.ts"

/** What is known of the message that brought an event. */
export interface Circumstances {
  /** The session, if it was just read. */
  readonly session?: StoredSession
  /** The chat in which the user was expected, read together with the session. */
  readonly prefetched?: Prefetched | undefined
  /** What waits for its sender, oldest first. */
  readonly waiting?: ReadonlyArray<Kept>
  /** When it was made, if it may come late: WeChat's earlier attempts to deliver it were lost. In milliseconds since 1970. */
  readonly madeAtMillis?: number | undefined
  /** A server that died began to work on it then (milliseconds since 1970). */
  readonly begunAtMillis?: number
  /** When the user unfollowed (milliseconds since 1970), if that was a while ago. */
  readonly unfollowedAtMillis?: number
  /** Asked before something is done that must not be done twice. False: a server that died was at that point before. */
  readonly firstToSend?: Effect.Effect<boolean, MemcachedError>
}

export const nothingKnown: Circumstances = {}

/** Leaves out what was read ahead, which belongs to the session that was read with it. */
export const alone = (circumstances: Circumstances): Circumstances =>
  circumstances.prefetched === undefined ? circumstances : { ...circumstances, prefetched: undefined }
