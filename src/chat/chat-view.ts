import { Clock, Effect, Option } from "effect"
import { text } from "../core/content.ts"
import type { Openid } from "../core/openid.ts"
import { closed, type CloseReason, type Room, type RoomId } from "../core/room.ts"
import { type Chat, ordinary, type Paired, resolve, type Session, stateNumbers } from "../core/session.ts"
import { word } from "../core/wording.ts"
import { Memcached, type MemcachedError } from "../memcached/memcached.ts"
import { Agenda } from "./agenda.ts"
import { Background } from "./background.ts"
import type { Prefetched } from "./chat-prefetch.ts"
import { chatRead, makeChatAsks, type Pointer } from "./chat-reading.ts"
import { clocksApartSeconds } from "./clocks.ts"
import { newWriteId } from "./identifiers.ts"
import { keys, ttlSeconds } from "./keys.ts"
import { LastPartners } from "./last-partners.ts"
import { tellingLeaseMillis } from "./news.ts"
import { Postman } from "./postman.ts"
import type { Receiver } from "./receiver.ts"
import { Rooms, type StoredRoom } from "./rooms.ts"
import { Sessions, type StoredSession } from "./sessions.ts"

/** The state of a user and the room that it was read from, if their session points at one. Milliseconds since 1970. */
export interface ChatView {
  readonly chat: Chat
  readonly room: StoredRoom | undefined
  readonly now: number
  /** Of a pair: the partner has not been told yet, or is just being told, that the pair was made. */
  readonly partnerUnaware?: boolean
  /** What a line needs to know of the partner, if that was read with the room. */
  readonly receiver?: Receiver
}

/** What a view is for, and what was read for it already. */
export interface Viewing {
  readonly forLine?: boolean
  readonly prefetched?: Prefetched | undefined
}

/**
 * After this long, and the time that word of an end waits for that of the beginning, a server that was still making the pair has stopped: it
 * needs three operations with a limit of 1 s each.
 */
const makingMillis = 2_000

/** How often a view is taken again because another server repaired the same thing at the same moment. */
const viewAttempts = 10

/**
 * Sees which state a user is in, and repairs what it finds broken on the way: a search that ran out although no sweep has
 * closed it, and a pair of which one half is gone (design, rules 2 and 5). A state of Paired is given only when both sessions point
 * at the same open room.
 */
export const makeChatView = Effect.gen(function* () {
  const agenda = yield* Agenda
  const asksOf = yield* makeChatAsks
  const background = yield* Background
  const lastPartners = yield* LastPartners
  const memcached = yield* Memcached
  const postman = yield* Postman
  const rooms = yield* Rooms
  const sessions = yield* Sessions

  /** Closes an open room in which one half is gone. False: it was closed, or changed, meanwhile. */
  const closeOpen = Effect.fnUntraced(function* (id: RoomId, why: CloseReason, closedBy?: Openid) {
    const room = yield* rooms.read(id)
    if (room.value?._tag !== "Open") return false
    const now = yield* Clock.currentTimeMillis
    yield* agenda.note(id, now + tellingLeaseMillis)
    return yield* rooms.close(id, room, why, closedBy)
  })

  /** Whether a user has been in another chat since one began. In doubt not: clocks are apart. */
  const wasElsewhere = (openid: Openid, id: RoomId, sinceMillis: number) =>
    Effect.map(lastPartners.of(openid), (last) =>
      Option.exists(
        last,
        ({ room, atMillis = 0 }) => room !== id && atMillis > sinceMillis + 1_000 * clocksApartSeconds
      )
    )

  /**
   * Ends a pair whose partner has no session, or one that points elsewhere. A partner without any session still believes to be
   * in the chat, and is told; but for one who was in another since, and has heard of the end of that.
   */
  const partnerLost = Effect.fnUntraced(function* (
    room: RoomId,
    { partner, sinceMillis }: Paired,
    session: StoredSession
  ) {
    // Before the room is closed: that makes it their last chat.
    const isOld = session.version === undefined && (yield* wasElsewhere(partner, room, sinceMillis))
    if (!(yield* closeOpen(room, "lost")) || session.version !== undefined || isOld) return
    yield* background.run(
      postman.deliver(partner, {
        content: text(word({ _tag: "PartnerLeft" })),
        group: room,
        importance: "notice"
      })
    )
  })

  /**
   * Calls off a pair that another server may still be making: the session points at it already, the room is not there or not
   * joined yet. The user who acts now goes elsewhere, so the pair must not come about: we take the name of its room, or change
   * the room before it is joined. False: the room changed meanwhile.
   */
  const calledOff = Effect.fnUntraced(function* (
    id: RoomId,
    room: StoredRoom,
    me: Openid,
    partner: Openid | undefined
  ) {
    if (partner === undefined) return true
    const writtenBy = yield* newWriteId
    if (room.version === undefined) {
      const now = yield* Clock.currentTimeMillis
      const pair = { _tag: "Open", opener: me, joiner: partner, sinceMillis: now, writtenBy } as const
      // If the room was not being made but is lost, the partner still believes to be in it: the sweep tells them.
      yield* agenda.note(id, now + makingMillis)
      return yield* rooms.create(id, closed(pair, { why: "lost", now, writtenBy }))
    }
    if (room.value?._tag !== "Waiting" || room.value.opener === me) return true
    return yield* rooms.change(id, room, { ...room.value, writtenBy })
  })

  const view = (
    openid: Openid,
    stored: StoredSession,
    viewing: Viewing = {}
  ): Effect.Effect<ChatView, MemcachedError> => {
    const pointer = stored.value?.room
    if (pointer !== undefined) return viewOf(openid, stored, pointer, viewing)
    return stored.missed === undefined
      ? Effect.map(Clock.currentTimeMillis, (now) => viewOutside(openid, stored, now))
      : viewMissed(openid, stored.missed)
  }

  /**
   * For a user without a session whom this server knew in a chat. If the room is gone as well, memcached lost both, and one of
   * the servers that knew tells the user. If the user left through another server, the room is there and closed, and there is
   * nothing to tell.
   */
  const viewMissed = Effect.fnUntraced(function* (openid: Openid, id: RoomId) {
    const room = yield* rooms.read(id)
    // Rather told twice than never.
    const isFirst = Effect.orElseSucceed(
      memcached.add(keys.missed(openid, id), "told", ttlSeconds.closedRoom),
      () => true
    )
    // A user who was in another chat since then has heard of the end of this one, or forgotten it.
    const later = yield* lastPartners.of(openid)
    const isOld = Option.exists(later, ({ room }) => room !== id)
    const isNews = room.version === undefined && !isOld && (yield* isFirst)
    yield* sessions.missedNoMore(openid)
    const chat: Chat = isNews ? { _tag: "Ordinary", farewell: "partnerLeft" } : ordinary
    return { chat, room: undefined, now: yield* Clock.currentTimeMillis } satisfies ChatView
  })

  const readChat = (pointer: Pointer, forLine: boolean, nowMillis: number) =>
    Effect.flatMap(memcached.askAll(asksOf(pointer, forLine, nowMillis)), chatRead)

  const viewOf = Effect.fnUntraced(function* (
    openid: Openid,
    stored: StoredSession,
    pointer: RoomId,
    { forLine = false, prefetched }: Viewing
  ) {
    const believed = stored.value?.partner
    const isForeseen = prefetched?.pointer.room === pointer && prefetched.pointer.partner === believed
    let foreseen = isForeseen ? prefetched.read : undefined
    let seen: ChatView = { chat: ordinary, room: undefined, now: yield* Clock.currentTimeMillis }
    for (let tries = 0; tries < viewAttempts; tries += 1) {
      // The partner is read in the same round trip, if the session names one.
      const { room, partner, receiver } =
        foreseen ?? (yield* readChat({ room: pointer, partner: believed }, forLine, seen.now))
      foreseen = undefined
      const now = yield* Clock.currentTimeMillis
      const chat = resolve(stored.value, room.value, openid, now)
      seen = { chat, room, now }
      if (isOverdue(room.value, openid, now)) {
        yield* rooms.close(pointer, room, "expired")
        continue
      }
      if (!(yield* calledOff(pointer, room, openid, believed))) continue
      if (chat._tag !== "Paired") return seen
      if (believed === chat.partner && partner?.value?.room === pointer) {
        return withPartner(seen, partner.value, receiver)
      }
      // If the partner's session was read together with the room, it may only not have pointed there yet; if it was read after the
      // room, the partner is gone.
      const later = yield* sessions.read(chat.partner)
      if (later.value?.room === pointer) return withPartner(seen, later.value)
      yield* partnerLost(pointer, chat, later)
    }
    return seen
  })

  return { view, closeOpen }
})

/** Like `view`, for a user whose session points at no room. */
export const viewOutside = (openid: Openid, stored: StoredSession, now: number): ChatView => ({
  chat: resolve(stored.value, undefined, openid, now),
  room: undefined,
  now
})

/** A search of one's own that ran out, although no sweep has closed it yet. */
const isOverdue = (room: Room | undefined, openid: Openid, now: number): boolean =>
  room?._tag === "Waiting" && room.opener === openid && room.deadlineMillis <= now

/** A partner who is still to be told of the pair gets that push first, so what was read of their mailbox and window is out of date. */
const withPartner = (seen: ChatView, partner: Session, receiver?: Receiver): ChatView => {
  if (isUnaware(partner)) return { ...seen, partnerUnaware: true }
  return receiver === undefined ? seen : { ...seen, receiver }
}

const isUnaware = ({ state, tellingUntilMillis }: Session): boolean =>
  state === stateNumbers.looking || tellingUntilMillis !== undefined
