import { Schema } from "effect"
import { Openid } from "./openid.ts"
import { partnerIn, RoomId, type Room, WriteId } from "./room.ts"

/**
 * The status numbers of the original design (状态码), and 2 for tease mode, to which its table gives no number.
 * Ordinary has no stored session; for an hour after a chat a mark stands in its place (`Left` in `../chat/sessions.ts`).
 */
export const stateNumbers = { ordinary: 0, looking: 1, teasing: 2, paired: 11, shown: 12 } as const
export type StateNumber = (typeof stateNumbers)[keyof typeof stateNumbers]

/**
 * What memcached keeps of a user under `s:<openid>`: what the user last saw, and where to look. It only points at a room; the
 * room is the truth. `tellingUntilMillis`: until then one server is telling the user that the room went on without them, and
 * the other servers leave that to it. `hasMet`: they were in a chat lately.
 */
export const Session = Schema.Struct({
  state: Schema.Literals([
    stateNumbers.looking,
    stateNumbers.teasing,
    stateNumbers.paired,
    stateNumbers.shown
  ]),
  room: Schema.optionalKey(RoomId),
  partner: Schema.optionalKey(Openid),
  writtenBy: WriteId,
  tellingUntilMillis: Schema.optionalKey(Schema.Natural),
  hasMet: Schema.optionalKey(Schema.Literal(true))
})
export type Session = typeof Session.Type

/** Why a user is in the ordinary state although their session still points at a room; to be told once. */
export const farewells = ["partnerLeft", "searchFailed", "idleEnded", "youLeft"] as const
export type Farewell = (typeof farewells)[number]

/**
 * The state that a user is in. `farewell` and `unseen` are news that the user has not been told yet: that the room ended,
 * or that the pair was made. Absent `room` in Looking: no room yet.
 */
export const Chat = Schema.TaggedUnion({
  Ordinary: { farewell: Schema.optionalKey(Schema.Literals(farewells)) },
  Looking: { room: Schema.optionalKey(RoomId) },
  Paired: {
    room: RoomId,
    partner: Openid,
    sinceMillis: Schema.Natural,
    shown: Schema.Boolean,
    unseen: Schema.optionalKey(Schema.Literal(true))
  },
  Teasing: {}
})
export type Chat = typeof Chat.Type
export type Paired = typeof Chat.cases.Paired.Type

export const ordinary: Chat = { _tag: "Ordinary" }

export const stateNumber = (chat: Chat): StateNumber => {
  switch (chat._tag) {
    case "Ordinary":
      return stateNumbers.ordinary
    case "Looking":
      return stateNumbers.looking
    case "Teasing":
      return stateNumbers.teasing
    case "Paired":
      return chat.shown ? stateNumbers.shown : stateNumbers.paired
  }
}

/**
 * The state of `me`, from the session and the room it points at (`undefined`: not stored). A pointer to a room that is
 * missing, closed, or does not list `me` means the ordinary state and a farewell. While another server is telling the user
 * (`tellingUntilMillis` lies ahead), the news is not repeated here.
 */
export const resolve = (
  session: Session | undefined,
  room: Room | undefined,
  me: Openid,
  now: number
): Chat => {
  if (session === undefined) return ordinary
  if (session.state === stateNumbers.teasing) return { _tag: "Teasing" }
  const beingTold = session.tellingUntilMillis !== undefined && session.tellingUntilMillis > now
  const ended = (farewell: Farewell): Chat => (beingTold ? ordinary : { _tag: "Ordinary", farewell })
  const lost: Farewell = session.state === stateNumbers.looking ? "searchFailed" : "partnerLeft"
  if (session.room === undefined || room === undefined) return ended(lost)
  switch (room._tag) {
    case "Waiting":
      if (room.opener !== me) return ended("searchFailed")
      return room.deadlineMillis <= now ? ended("searchFailed") : { _tag: "Looking", room: session.room }
    case "Open": {
      const partner = partnerIn(room, me)
      if (partner === undefined) return ended("searchFailed")
      const unseen = session.state === stateNumbers.looking && !beingTold
      return {
        _tag: "Paired",
        room: session.room,
        partner,
        sinceMillis: room.sinceMillis,
        shown: session.state === stateNumbers.shown,
        ...(unseen ? { unseen: true } : {})
      }
    }
    case "Closed":
      return ended(farewellOf(room, session, me))
  }
}

/** The stored form of a state; `undefined` for the ordinary one, which is not stored. */
export const sessionOf = (chat: Chat, writtenBy: WriteId): Session | undefined => {
  switch (chat._tag) {
    case "Ordinary":
      return undefined
    case "Teasing":
      return { state: stateNumbers.teasing, writtenBy }
    case "Looking":
      return {
        state: stateNumbers.looking,
        ...(chat.room === undefined ? {} : { room: chat.room }),
        writtenBy
      }
    case "Paired":
      return {
        state: chat.shown ? stateNumbers.shown : stateNumbers.paired,
        room: chat.room,
        partner: chat.partner,
        writtenBy
      }
  }
}

const farewellOf = (
  room: Extract<Room, { readonly _tag: "Closed" }>,
  session: Session,
  me: Openid
): Farewell => {
  if (room.closedBy === me) return "youLeft"
  if (room.why === "expired" || room.joiner === undefined) return "searchFailed"
  if (room.opener !== me && room.joiner !== me) return "searchFailed"
  if (room.why === "idle") return "idleEnded"
  // A user who never saw the pair is told that the search came to nothing, not that somebody left.
  return session.state === stateNumbers.looking ? "searchFailed" : "partnerLeft"
}
