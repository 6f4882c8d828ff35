import { Effect } from "effect"
import { tellsOfAnEnd, withoutOldEnds } from "../core/old-ends.ts"
import type { Openid } from "../core/openid.ts"
import { type Session, stateNumbers } from "../core/session.ts"
import type { MemcachedError } from "../memcached/memcached.ts"
import { type Mail, Mailbox } from "./mailbox.ts"
import { Sessions } from "./sessions.ts"

/**
 * Reads a mailbox for its holder, and throws away what has become wrong while it waited: an answer that could not carry the mail may have told of
 * a pair before the end of the last one was told.
 */
export const makeCurrentMail = Effect.gen(function* () {
  const mailbox = yield* Mailbox
  const sessions = yield* Sessions

  return Effect.fnUntraced(function* (openid: Openid): Effect.fn.Return<Mail, MemcachedError> {
    const mail = yield* mailbox.peek(openid)
    if (!mail.kept.some(tellsOfAnEnd)) return mail
    const { value: session } = yield* sessions.read(openid)
    const room = knownPair(session)
    if (room === undefined) return mail
    const current = withoutOldEnds(mail.kept, room)
    if (current.length === mail.kept.length) return mail
    yield* mailbox.take(openid, mail, mail.kept.length, current)
    return yield* mailbox.peek(openid)
  })
})

/** The room of a pair of which the user was told. */
const knownPair = (session: Session | undefined) =>
  session !== undefined &&
  session.tellingUntilMillis === undefined &&
  (session.state === stateNumbers.paired || session.state === stateNumbers.shown)
    ? session.room
    : undefined
