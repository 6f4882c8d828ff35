import { Clock, Effect } from "effect"
import type { Openid } from "../core/openid.ts"
import { members } from "../core/room.ts"
import { Agenda } from "./agenda.ts"
import { Background } from "./background.ts"
import type { Leaving } from "./command-kinds.ts"
import { News, tellingLeaseMillis } from "./news.ts"
import { Rooms, type StoredRoom } from "./rooms.ts"

/** Closes the room that a user leaves, and has the others told. False: the room changed. */
export const makeLeave = Effect.gen(function* () {
  const agenda = yield* Agenda
  const background = yield* Background
  const news = yield* News
  const rooms = yield* Rooms

  return Effect.fnUntraced(function* (openid: Openid, command: Leaving, room: StoredRoom) {
    const now = yield* Clock.currentTimeMillis
    // If this server dies before the partner is told, the next sweep tells them.
    yield* agenda.note(command.room, now + tellingLeaseMillis)
    const why = command._tag === "StopLooking" ? "stopped" : command.why
    if (!(yield* rooms.close(command.room, room, why, openid))) return false
    const others = room.value === undefined ? [] : members(room.value).filter((one) => one !== openid)
    yield* Effect.forEach(others, (other) => background.run(news.tell(other, command.room)))
    return true
  })
})
