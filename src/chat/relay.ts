import { Effect, Exit } from "effect"
import { holdsCommandLink } from "../core/clickable.ts"
import type { Openid } from "../core/openid.ts"
import type { RoomId } from "../core/room.ts"
import type { Sentence } from "../core/sentence.ts"
import type { MemcachedError } from "../memcached/memcached.ts"
import { makeAbandonLines } from "./abandoned-lines.ts"
import { Background } from "./background.ts"
import { makeChatView } from "./chat-view.ts"
import type { Relaying } from "./command-kinds.ts"
import { LastLines } from "./last-lines.ts"
import { Mailbox } from "./mailbox.ts"
import type { Delivery } from "./delivery.ts"
import { Postman } from "./postman.ts"
import type { Receiver } from "./receiver.ts"
import { Rooms } from "./rooms.ts"
import { Sessions } from "./sessions.ts"
import { WordFilter } from "./word-filter.ts"

/**
 * Passes a line on to the partner of a state that was just seen. Gives what the writer is told about it; undefined: the partner
 * does not follow any more, the room is closed now, and the writer's own state has to be read again.
 */
export const makeRelay = Effect.gen(function* () {
  const abandonLines = yield* makeAbandonLines
  const background = yield* Background
  const lastLines = yield* LastLines
  const mailbox = yield* Mailbox
  const postman = yield* Postman
  const rooms = yield* Rooms
  const sessions = yield* Sessions
  const isFiltered = yield* WordFilter
  const { closeOpen } = yield* makeChatView

  const partnerUnfollowed = Effect.fnUntraced(function* (room: RoomId, partner: Openid) {
    yield* closeOpen(room, "unfollowed", partner)
    const session = yield* sessions.read(partner)
    if (session.value?.room === room) yield* sessions.write(partner, session, undefined)
    yield* sessions.forget(partner)
    yield* abandonLines(partner)
  })

  /** Whether the chat goes on: their reader may be in another by the time WeChat has been busy. */
  const isOpen = (room: RoomId) => Effect.map(rooms.read(room), ({ value }) => value?._tag === "Open")

  /** Whether the partner unfollowed at this moment: then what was just kept for them may have come after their mailbox was deleted. */
  const hasUnfollowed = (room: RoomId, partner: Openid) =>
    Effect.map(
      rooms.read(room),
      ({ value }) => value?._tag === "Closed" && value.why === "unfollowed" && value.closedBy === partner
    )

  /** Why a line does not go on. */
  const held = ({ content }: Relaying): Sentence | undefined => {
    if (content._tag !== "Text") return undefined
    if (holdsCommandLink(content.text)) return { _tag: "CommandLinkHeld" }
    return isFiltered(content.text) ? { _tag: "Filtered" } : undefined
  }

  /**
   * Asks whether the line may be sent, and counts its push in the same round trip. Gives the receiver as they are after that;
   * undefined: to be read again.
   */
  const whenFirst = Effect.fnUntraced(function* (
    to: Openid,
    firstToSend: FirstToSend,
    receiver: Receiver | undefined
  ) {
    if (receiver === undefined) return { isFirst: yield* firstToSend, receiver }
    const [first, counted] = yield* Effect.all(
      [Effect.exit(firstToSend), Effect.exit(postman.reserve(to, receiver, "line"))],
      { concurrency: "unbounded" }
    )
    const isFirst = yield* first
    if (isFirst) return { isFirst, receiver: yield* counted }
    if (Exit.isSuccess(counted) && counted.value !== undefined) yield* postman.release(to, counted.value)
    return { isFirst, receiver: undefined }
  })

  return Effect.fnUntraced(function* (
    from: Openid,
    relaying: Relaying,
    firstToSend: FirstToSend,
    seen: Receiver | undefined
  ) {
    const why = held(relaying)
    if (why !== undefined) return [why]
    const { room, to, content } = relaying
    const { isFirst, receiver } = yield* whenFirst(to, firstToSend, seen)
    if (!isFirst) return [sentenceFor.unsure]
    const stillWanted = Effect.orElseSucceed(isOpen(room), () => true)
    const line = { content, group: room, from, importance: "line", stillWanted } as const
    const delivery = yield* postman.deliver(to, line, receiver)
    if (delivery === "gone") {
      yield* partnerUnfollowed(room, to)
      return undefined
    }
    if (delivery === "kept" && (yield* hasUnfollowed(room, to))) {
      yield* mailbox.forget(to)
      return [notSent]
    }
    if (arrives.has(delivery)) {
      const kept = Effect.flatMap(rooms.spoken(room), (number) => lastLines.keep(room, number, from, content))
      yield* background.run(kept)
    }
    // Shows the receiver that somebody is there; what waits comes with the answer to their next message.
    if (delivery === "kept") yield* background.run(postman.showTyping(to))
    const sentence = sentenceFor[delivery]
    return sentence === undefined ? [] : [sentence]
  })
})

/** False: a server that died was at that point before. */
type FirstToSend = Effect.Effect<boolean, MemcachedError>

const arrives: ReadonlySet<Delivery> = new Set<Delivery>(["pushed", "kept", "unsure"])

const notSent: Sentence = { _tag: "NotSent" }

const sentenceFor = {
  pushed: undefined,
  kept: { _tag: "Kept" },
  unsure: { _tag: "Unsure" },
  full: { _tag: "MailboxFull" },
  unwanted: notSent,
  refused: { _tag: "RefusedByWeChat" },
  unsendable: { _tag: "Unsendable" }
} as const satisfies Record<Exclude<Delivery, "gone">, Sentence | undefined>
