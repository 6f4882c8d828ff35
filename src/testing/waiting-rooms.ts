/** Who waits, in a long run, by what memcached holds: nobody waits too long, and no two who suit each other both wait. */
import { waitingRecheckMillis } from "../chat/pairing-moves.ts"
import type { Openid } from "../core/openid.ts"
import type { Room, RoomId, WaitingRoom } from "../core/room.ts"
import type { Violation } from "./invariants.ts"

/** How much longer than promised somebody may wait; milliseconds. */
export interface Patience {
  readonly overdueMillis: number
  readonly bothWaitMillis: number
}

/**
 * Nothing goes wrong: the end of a search is told within 5 s of the deadline (contract), by a server whose clock may be 3 s
 * late. A waiting room is looked at again every `waitingRecheckMillis`: two such looks, and a sweeper that took over from
 * another, fit in `bothWaitMillis`.
 */
export const inCalm: Patience = { overdueMillis: 8_000, bothWaitMillis: 2 * waitingRecheckMillis + 5_000 }

/** Servers die one after the other, or the lobby is lost again and again: nobody may be paired meanwhile, but everybody has to be told. */
export const inTrouble: Patience = { overdueMillis: 30_000, bothWaitMillis: Number.POSITIVE_INFINITY }

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

  /**
   * To be called every few seconds. `roomOf`: where a user's session points. A room at which its opener's session does not
   * point concerns nobody: a server made it and died before anybody relied on it. `excused`: a fault hit the one who waits.
   */
  check(
    now: number,
    { overdueMillis, bothWaitMillis }: Patience,
    roomOf: (user: Openid) => RoomId | undefined,
    excused: (user: Openid) => boolean
  ): ReadonlyArray<Violation> {
    const overdue: Array<Violation> = []
    const waiting: Array<Openid> = []
    for (const [id, { room, sinceMillis }] of this.#waiting) {
      const isOverdue = room.deadlineMillis + overdueMillis < now
      const waitsLong = sinceMillis + bothWaitMillis < now && room.deadlineMillis > now
      if (!isOverdue && !waitsLong) continue
      const isTheirs = roomOf(room.opener) === id
      if (isOverdue && !isTheirs) this.#waiting.delete(id)
      if (!isTheirs || excused(room.opener)) continue
      if (isOverdue) overdue.push(waitsTooLong(`${room.opener} waits since ${room.openedAtMillis}`))
      else waiting.push(room.opener)
    }
    const [one, other] = waiting
    return one === undefined || other === undefined
      ? overdue
      : [...overdue, { guarantee: "compatible people do not both wait", facts: `${one} and ${other} wait` }]
  }
}

export const waitsTooLong = (facts: string): Violation => ({
  guarantee: "nobody waits past the deadline",
  facts
})
