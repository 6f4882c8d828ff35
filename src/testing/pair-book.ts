/** The pairs of a long run: who was whose partner when, as the writes to rooms show it. */
import type { Openid } from "../core/openid.ts"
import type { Room, RoomId } from "../core/room.ts"
import type { Violation } from "./invariants.ts"
import type { PairRecord } from "./state-history.ts"

/** How many pairs of a user are remembered: lines of the oldest would have to have waited through all of these. */
const pairsKept = 32

export class PairBook {
  /** Pairs that were ever made. */
  made = 0
  /** The pairs of each user, newest first. */
  readonly #pairsOf = new Map<Openid, Array<PairRecord>>()
  readonly #rooms = new Map<RoomId, PairRecord>()

  /**
   * Checks a room's new state (undefined: deleted) and returns violations. A second pair is allowed if a fault hit one of the
   * two people in the first one who has not acted since (`excused`): the first pair is closed as soon as its other half acts.
   * It is also allowed if no session `points` at the first pair any more: memcached forgot both.
   */
  observe(
    id: RoomId,
    room: Room | undefined,
    now: number,
    excused: (user: Openid) => boolean,
    points: (user: Openid, room: RoomId) => boolean
  ): ReadonlyArray<Violation> {
    const known = this.#rooms.get(id)
    if (room?._tag !== "Open") {
      if (known !== undefined) {
        known.closedAtMillis = now
        this.#rooms.delete(id)
      }
      return []
    }
    if (known !== undefined) return []
    this.made += 1
    const members = [room.opener, room.joiner] as const
    const elsewhere = members.flatMap((member) => {
      const other = this.openPairOf(member)
      const stands = other?.members.some((one) => points(one, other.room)) === true
      return other === undefined || !stands || other.members.some(excused)
        ? []
        : [{ guarantee: "nobody is in two pairs", facts: `${member} is in ${other.room} and in ${id}` }]
    })
    const pair: PairRecord = { room: id, members, openedAtMillis: now }
    this.#rooms.set(id, pair)
    for (const member of members) this.#remember(member, pair)
    return room.opener === room.joiner
      ? [{ guarantee: "a pair is two people", facts: `${id} holds ${room.opener} twice` }]
      : elsewhere
  }

  openPairOf(user: Openid): PairRecord | undefined {
    return this.#pairsOf.get(user)?.find(({ closedAtMillis }) => closedAtMillis === undefined)
  }

  /** The members of an open pair; none: there is none in that room. */
  membersOf(room: RoomId): ReadonlyArray<Openid> {
    return this.#rooms.get(room)?.members ?? []
  }

  /** The partner in the open pair of a user, or in the last one; undefined: never in one. */
  lastPartnerOf(user: Openid): Openid | undefined {
    const pair = this.openPairOf(user) ?? this.#pairsOf.get(user)?.[0]
    return pair === undefined ? undefined : otherIn(pair, user)
  }

  /** With whom a user was in a pair at some moment between two times. */
  partnersOf(user: Openid, fromMillis: number, toMillis: number): ReadonlyArray<Openid> {
    return (this.#pairsOf.get(user) ?? [])
      .filter(
        ({ openedAtMillis, closedAtMillis }) =>
          openedAtMillis <= toMillis && (closedAtMillis === undefined || closedAtMillis >= fromMillis)
      )
      .map((pair) => otherIn(pair, user))
  }

  #remember(user: Openid, pair: PairRecord): void {
    const pairs = this.#pairsOf.get(user) ?? []
    this.#pairsOf.set(user, pairs)
    pairs.unshift(pair)
    if (pairs.length > pairsKept) pairs.pop()
  }
}

const otherIn = ({ members: [one, other] }: PairRecord, user: Openid): Openid => (one === user ? other : one)
