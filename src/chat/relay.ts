import { Effect } from "effect"
import { holdsCommandLink } from "../core/clickable.ts"
import type { Command } from "../core/command.ts"
import type { Openid } from "../core/openid.ts"
import type { RoomId } from "../core/room.ts"
import type { Sentence } from "../core/sentence.ts"
import { Background } from "./background.ts"
import { makeChatView } from "./chat-view.ts"
import { LastLines } from "./last-lines.ts"
import { Mailbox } from "./mailbox.ts"
import { type Delivery, Postman } from "./postman.ts"
import { Rooms } from "./rooms.ts"
import { Sessions } from "./sessions.ts"
import { WordFilter } from "./word-filter.ts"

/**
 * Passes a line on to the partner of a state that was just seen. What the writer is told about it; undefined: the partner does
 * not follow any more, the room is closed now, and the writer's own state has to be read again.
 */
export const makeRelay = Effect.gen(function* () {
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
    yield* mailbox.forget(partner)
  })

  return Effect.fnUntraced(function* (from: Openid, { room, to, content }: Relaying) {
    if (content._tag === "Text") {
      if (holdsCommandLink(content.text)) return [{ _tag: "CommandLinkHeld" } as const]
      if (isFiltered(content.text)) return [{ _tag: "Filtered" } as const]
    }
    const delivery = yield* postman.deliver(to, { content, group: room, from, importance: "line" })
    if (delivery === "gone") {
      yield* partnerUnfollowed(room, to)
      return undefined
    }
    if (arrives.has(delivery)) {
      const kept = Effect.flatMap(rooms.spoken(room), (number) => lastLines.keep(room, number, from, content))
      yield* background.run(kept)
    }
    // The receiver sees that somebody is there: what waits comes with their next word.
    if (delivery === "kept") yield* background.run(postman.showTyping(to))
    const sentence = sentenceFor[delivery]
    return sentence === undefined ? [] : [sentence]
  })
})

type Relaying = Extract<Command, { readonly _tag: "Relay" }>

const arrives: ReadonlySet<Delivery> = new Set<Delivery>(["pushed", "kept", "unsure"])

const sentenceFor: Record<Exclude<Delivery, "gone">, Sentence | undefined> = {
  pushed: undefined,
  kept: { _tag: "Kept" },
  unsure: { _tag: "Unsure" },
  full: { _tag: "MailboxFull" },
  refused: { _tag: "RefusedByWeChat" },
  unsendable: { _tag: "Unsendable" }
}
