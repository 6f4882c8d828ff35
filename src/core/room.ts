import { Schema } from "effect"
import { Openid } from "./openid.ts"

export const longestRoomId = 32

/** Name of a room; random, so that no two servers ever choose the same. */
export const RoomId = Schema.String.check(
  Schema.isPattern(new RegExp(`^[a-z0-9]{8,${longestRoomId}}$`))
).pipe(Schema.brand("RoomId"))
export type RoomId = typeof RoomId.Type

/** Who wrote a value: a writer whose answer was lost reads again and recognises its own write by this. */
export const WriteId = Schema.String.check(Schema.isPattern(/^[a-z0-9]{8,32}$/)).pipe(Schema.brand("WriteId"))
export type WriteId = typeof WriteId.Type

/**
 * Why a room was closed.
 * `left` a member pressed 退出 · `changed` a member pressed 更换 · `unfollowed` a member unfollowed the account ·
 * `stopped` the waiting opener stopped looking, or joined another room · `expired` nobody came in time ·
 * `idle` nobody spoke for too long · `lost` a member's session is gone.
 */
export const CloseReason = Schema.Literals([
  "left",
  "changed",
  "unfollowed",
  "stopped",
  "expired",
  "idle",
  "lost"
])
export type CloseReason = typeof CloseReason.Type

/**
 * The one truth about a pair. A room goes Waiting → Open → Closed, or Waiting → Closed, or begins Open; each arrow is one
 * compare-and-swap, so there is no moment at which one half knows of a pair and the other does not.
 * Times are milliseconds since 1970.
 */
export const Room = Schema.TaggedUnion({
  Waiting: {
    opener: Openid,
    openedAtMillis: Schema.Natural,
    deadlineMillis: Schema.Natural,
    writtenBy: WriteId
  },
  Open: {
    opener: Openid,
    joiner: Openid,
    sinceMillis: Schema.Natural,
    writtenBy: WriteId
  },
  Closed: {
    opener: Openid,
    joiner: Schema.optionalKey(Openid),
    why: CloseReason,
    closedBy: Schema.optionalKey(Openid),
    /** When the pair was made, if it was one. */
    sinceMillis: Schema.optionalKey(Schema.Natural),
    closedAtMillis: Schema.Natural,
    writtenBy: WriteId
  }
})
export type Room = typeof Room.Type
export type WaitingRoom = typeof Room.cases.Waiting.Type
export type OpenRoom = typeof Room.cases.Open.Type
export type ClosedRoom = typeof Room.cases.Closed.Type

/** For how long after the end of a chat its two can still report one another: rude people often leave at once. */
export const reportableMinutes = 10

/** How long a report is kept: time enough to look into it, and no archive of what people said. */
export const reportKeptDays = 30

/** Everybody whom the room lists. */
export const members = (room: Room): ReadonlyArray<Openid> =>
  room._tag === "Waiting" || room.joiner === undefined ? [room.opener] : [room.opener, room.joiner]

/** The other one of an open room, or undefined when `me` is not in it. */
export const partnerIn = (room: OpenRoom, me: Openid): Openid | undefined =>
  room.opener === me ? room.joiner : room.joiner === me ? room.opener : undefined

/** The room with both in it. */
export const joined = (room: WaitingRoom, joiner: Openid, now: number, writtenBy: WriteId): OpenRoom => ({
  _tag: "Open",
  opener: room.opener,
  joiner,
  sinceMillis: now,
  writtenBy
})

/** The room closed; `closedBy` is absent when no person did it. */
export const closed = (
  room: WaitingRoom | OpenRoom,
  close: {
    readonly why: CloseReason
    readonly closedBy?: Openid
    readonly now: number
    readonly writtenBy: WriteId
  }
): ClosedRoom => ({
  _tag: "Closed",
  opener: room.opener,
  ...(room._tag === "Open" ? { joiner: room.joiner, sinceMillis: room.sinceMillis } : {}),
  why: close.why,
  ...(close.closedBy === undefined ? {} : { closedBy: close.closedBy }),
  closedAtMillis: close.now,
  writtenBy: close.writtenBy
})
