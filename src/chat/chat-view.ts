import { Clock, Effect, Option } from "effect"
import { text } from "../core/content.ts"
import type { Openid } from "../core/openid.ts"
import { closed, type CloseReason, type Room, type RoomId } from "../core/room.ts"
import { type Chat, ordinary, resolve, type Session, stateNumbers } from "../core/session.ts"
import { word } from "../core/wording.ts"
import { Memcached, type MemcachedError } from "../memcached/memcached.ts"
import { Agenda } from "./agenda.ts"
import { Background } from "./background.ts"
import type { Prefetched } from "./chat-prefetch.ts"
import { chatRead, makeChatAsks, type Pointer } from "./chat-reading.ts"
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
  /** The partner as a line needs to know them, where that was read with the room. */
  readonly receiver?: Receiver
}

/** What a view is for, and what was read for it already. */
export interface Viewing {
  readonly forLine?: boolean
  readonly prefetched?: Prefetched | undefined
}

/**
 * Whoever is making a pair that is called off has gone on after this: three operations, of which each is given up after a second. Who was told
 * before would hear of the end of a pair of which they never heard.
 */
const makingMillis = 3_000

/** How often a view is taken anew because what it found broken is being repaired by others as well. */
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

  /** The partner's session is gone, or points elsewhere. Who has none at all still believes to be in the chat. */
  const partnerLost = Effect.fnUntraced(function* (room: RoomId, partner: Openid, session: StoredSession) {
    if (!(yield* closeOpen(room, "lost")) || session.version !== undefined) return
    yield* background.run(
      postman.deliver(partner, {
        content: text(word({ _tag: "PartnerLeft" })),
        group: room,
        importance: "notice"
      })
    )
  })

  /**
   * A pair that another server may still be making: the session points already, the room is not there or not joined yet. Whoever finds
   * it goes elsewhere, so it must not be made any more: the name is taken, or the room changed under the one who joins. False: the
   * room is a different one meanwhile.
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
      // If it is not being made but was lost, the partner believes in it: the sweep tells them.
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
   * Of somebody whose session is gone, and who was in that chat: where the room is gone as well, memcached lost both, and they are told, by
   * one of the servers that knew of it. Who left on another server knows it; their room is there, and closed.
   */
  const viewMissed = Effect.fnUntraced(function* (openid: Openid, id: RoomId) {
    const room = yield* rooms.read(id)
    // Rather told twice than never.
    const isFirst = Effect.orElseSucceed(
      memcached.add(keys.missed(openid, id), "told", ttlSeconds.closedRoom),
      () => true
    )
    // Who was in another chat since has heard of that one, or forgotten it.
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
      // The partner is looked at in the same round trip, where the session knows who that is.
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
      // Read at the same time as the room, the partner may just not have pointed yet; read after it, they are gone.
      const later = yield* sessions.read(chat.partner)
      if (later.value?.room === pointer) return withPartner(seen, later.value)
      yield* partnerLost(pointer, chat.partner, later)
    }
    return seen
  })

  return { view, closeOpen }
})

/** As `view`, of somebody whose session points at no room. */
export const viewOutside = (openid: Openid, stored: StoredSession, now: number): ChatView => ({
  chat: resolve(stored.value, undefined, openid, now),
  room: undefined,
  now
})

/** A search of one's own that ran out, although no sweep has closed it yet. */
const isOverdue = (room: Room | undefined, openid: Openid, now: number): boolean =>
  room?._tag === "Waiting" && room.opener === openid && room.deadlineMillis <= now

/** Who is told first has another mailbox and window after that. */
const withPartner = (seen: ChatView, partner: Session, receiver?: Receiver): ChatView => {
  if (isUnaware(partner)) return { ...seen, partnerUnaware: true }
  return receiver === undefined ? seen : { ...seen, receiver }
}

const isUnaware = ({ state, tellingUntilMillis }: Session): boolean =>
  state === stateNumbers.looking || tellingUntilMillis !== undefined
