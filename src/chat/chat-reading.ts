import { Effect, Exit } from "effect"
import type { Openid } from "../core/openid.ts"
import type { RoomId } from "../core/room.ts"
import type { Ask } from "../memcached/asks.ts"
import type { MemcachedError } from "../memcached/memcached.ts"
import { Ledger, type StoredAllowance } from "./ledger.ts"
import { type Mail, Mailbox } from "./mailbox.ts"
import type { Receiver } from "./receiver.ts"
import { Rooms, type StoredRoom } from "./rooms.ts"
import { Sessions, type StoredSession } from "./sessions.ts"

/** Where a session points: at a room, and at the partner if the session names one. */
export interface Pointer {
  readonly room: RoomId
  readonly partner: Openid | undefined
}

/** A chat as it was read in one round trip. `receiver`: what has to be known of the partner to bring them a line. */
export interface ChatRead {
  readonly room: StoredRoom
  readonly partner: StoredSession | undefined
  readonly receiver: Receiver | undefined
}

/** What is asked of a chat in one round trip. */
export const makeChatAsks = Effect.gen(function* () {
  const ledger = yield* Ledger
  const mailbox = yield* Mailbox
  const rooms = yield* Rooms
  const sessions = yield* Sessions

  /** `forLine`: the message is a line, so what its delivery needs is read too. Milliseconds since 1970. */
  return ({ room, partner }: Pointer, forLine: boolean, nowMillis: number): ChatAsks => {
    const receiver = forLine ? partner : undefined
    return [
      rooms.reading(room, nowMillis),
      partner === undefined ? undefined : sessions.reading(partner),
      receiver === undefined ? undefined : mailbox.peeking(receiver),
      receiver === undefined ? undefined : ledger.reading(receiver, nowMillis)
    ]
  }
})

/** What the answers come to. Without `receiver` if that could not be read: a line then reads it again, or fails. */
export const chatRead = ([room, partner, mail, window]: ChatOutcomes): Outcome<ChatRead> => {
  if (Exit.isFailure(room)) return Exit.failCause(room.cause)
  if (partner !== undefined && Exit.isFailure(partner)) return Exit.failCause(partner.cause)
  const isReceiverRead =
    mail !== undefined && Exit.isSuccess(mail) && window !== undefined && Exit.isSuccess(window)
  return Exit.succeed({
    room: room.value,
    partner: partner?.value,
    receiver: isReceiverRead ? { mail: mail.value, window: window.value } : undefined
  })
}

export type ChatAsks = readonly [
  Ask<StoredRoom>,
  Ask<StoredSession> | undefined,
  Ask<Mail> | undefined,
  Ask<StoredAllowance> | undefined
]

export type ChatOutcomes = readonly [
  Outcome<StoredRoom>,
  Outcome<StoredSession> | undefined,
  Outcome<Mail> | undefined,
  Outcome<StoredAllowance> | undefined
]

type Outcome<A> = Exit.Exit<A, MemcachedError>
