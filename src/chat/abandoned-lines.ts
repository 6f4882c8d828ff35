import { Effect } from "effect"
import { text } from "../core/content.ts"
import type { Openid } from "../core/openid.ts"
import type { Room, RoomId } from "../core/room.ts"
import { Background } from "./background.ts"
import { type Mail, Mailbox } from "./mailbox.ts"
import { News } from "./news.ts"
import { Postman } from "./postman.ts"
import { Rooms } from "./rooms.ts"
import { wordsToWriters } from "./settled.ts"

/**
 * Deletes what waits for a user who does not follow any more. The writers of lines among it, who were told that these wait, hear that they do not
 * arrive, behind word of the end of their chat.
 */
export const makeAbandonLines = Effect.gen(function* () {
  const background = yield* Background
  const mailbox = yield* Mailbox
  const news = yield* News
  const postman = yield* Postman
  const rooms = yield* Rooms

  const tellWriters = ({ kept }: Mail) =>
    Effect.forEach(
      wordsToWriters([{ fate: "gone", things: kept }], undefined, undefined),
      Effect.fnUntraced(function* ({ to, words, group }) {
        const room = group as RoomId
        if (hasLeft(to, (yield* rooms.read(room)).value)) return
        yield* news.tellFirst(to, room)
        yield* postman.deliver(to, { content: text(words), group, importance: "line" })
      }),
      { discard: true }
    )

  return Effect.fnUntraced(function* (openid: Openid) {
    const mail = yield* mailbox.peek(openid)
    yield* mailbox.forget(openid)
    if (mail.kept.length > 0) yield* background.run(tellWriters(mail))
  })
})

/** Who left a chat expects no more of it, and of who unfollowed nothing may be kept. */
const hasLeft = (writer: Openid, room: Room | undefined): boolean =>
  room === undefined || (room._tag === "Closed" && room.closedBy === writer)
