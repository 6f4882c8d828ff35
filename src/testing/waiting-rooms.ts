/** The rooms in which somebody waits, in a long run: nobody waits too long, and no two who suit each other both wait. */
import { waitingRecheckMillis } from "../chat/pairing-moves.ts"
import type { Openid } from "../core/openid.ts"
import type { Room, RoomId, WaitingRoom } from "../core/room.ts"
import type { Violation } from "./invariants.ts"

/** A waiting room is looked at again every so often; twice, and a sweeper that took over from another, fit in this. */
const mostBothWaitMillis = 2 * waitingRecheckMillis + 5_000

/** The end of a search is told within 5 s of the deadline (contract), by a server whose clock may be 3 s late. */
const mostOverdueMillis = 8_000

interface Waiting {
  readonly room: WaitingRoom
  readonly sinceMillis: number
}

export class WaitingRooms {
  readonly #waiting = new Map<RoomId, Waiting>()

  /** A room as it is now; undefined: it is gone. */
  observe(id: RoomId, room: Room | undefined, now: number): void {
    if (room?._tag !== "Waiting") this.#waiting.delete(id)
    else if (!this.#waiting.has(id)) this.#waiting.set(id, { room, sinceMillis: now })
  }

  /** To be called every few seconds. `excused`: a fault hit the one who waits. */
  check(now: number, excused: (user: Openid) => boolean): ReadonlyArray<Violation> {
    const waiting = [...this.#waiting.values()].filter(({ room }) => !excused(room.opener))
    const overdue = waiting
      .filter(({ room }) => room.deadlineMillis + mostOverdueMillis < now)
      .map(({ room }) => ({
        guarantee: "nobody waits past the deadline",
        facts: `${room.opener} waits since ${room.openedAtMillis}`
      }))
    const [one, other] = waiting.filter(({ sinceMillis }) => sinceMillis + mostBothWaitMillis < now)
    return one === undefined || other === undefined || one.room.opener === other.room.opener
      ? overdue
      : [
          ...overdue,
          {
            guarantee: "compatible people do not both wait",
            facts: `${one.room.opener} and ${other.room.opener} wait`
          }
        ]
  }
}
