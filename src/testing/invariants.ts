import type { Openid } from "../core/openid.ts"
import { suits } from "../core/pairing.ts"
import { type Room, type RoomId } from "../core/room.ts"
import { type Chat, resolve } from "../core/session.ts"
import type { PairRecord, Snapshot } from "./state-history.ts"

/** A guarantee that does not hold: its name (as in docs/guarantees.md), and the facts. */
export interface Violation {
  readonly guarantee: string
  readonly facts: string
}

/** No pair has one person twice. Holds at every moment. */
export const pairsAreTwo = ({ rooms }: Snapshot): ReadonlyArray<Violation> =>
  openRooms(rooms)
    .filter(([, room]) => room.opener === room.joiner)
    .map(([id, room]) => violation("a pair is two people", `${id} holds ${room.opener} twice`))

/**
 * No user is in two open pairs. Holds at every moment as long as memcached keeps what it was given; otherwise it holds again
 * after the next action of each user.
 */
export const oneOpenPair = ({ rooms }: Snapshot): ReadonlyArray<Violation> => {
  const places = new Map<Openid, RoomId>()
  return openRooms(rooms).flatMap(([id, room]) =>
    [room.opener, room.joiner].flatMap((member) => {
      const other = places.get(member)
      places.set(member, id)
      return other === undefined || other === id
        ? []
        : [violation("nobody is in two pairs", `${member} is in ${other} and in ${id}`)]
    })
  )
}

/**
 * The state without the open rooms at which no session points any more, since memcached forgot both sessions. Nobody is in such
 * a pair, no line is passed on in it, and the sweep ends it after it was silent for long enough.
 */
export const peopled = (state: Snapshot): Snapshot => {
  const pointedAt = new Set([...state.sessions.values()].map(({ room }) => room))
  return {
    ...state,
    rooms: new Map([...state.rooms].filter(([id, room]) => room._tag !== "Open" || pointedAt.has(id)))
  }
}

/** A user in a pair has a partner who is in the same pair. Holds after the next action of each user. */
export const pairsMirror = (state: Snapshot, now: number): ReadonlyArray<Violation> => {
  const chats = chatsOf(state, now)
  return [...chats].flatMap(([me, chat]) => {
    if (chat._tag !== "Paired") return []
    const other = chats.get(chat.partner)
    return other?._tag === "Paired" && other.partner === me && other.room === chat.room
      ? []
      : [
          violation(
            "pairs mirror each other",
            `${me} is paired with ${chat.partner}, who is ${other?._tag ?? "away"}`
          )
        ]
  })
}

/** Two people who suit each other never both wait. Holds once everybody was answered and a sweep went by. */
export const nobodyWaitsInVain = (state: Snapshot, now: number): ReadonlyArray<Violation> => {
  const waiting = [...chatsOf(state, now)].flatMap(([openid, chat]) =>
    chat._tag === "Looking" ? [{ openid, recent: [], blocked: [] }] : []
  )
  return waiting.flatMap((one, place) =>
    waiting
      .slice(place + 1)
      .filter((other) => suits(one, other))
      .map((other) =>
        violation("compatible people do not both wait", `${one.openid} and ${other.openid} wait`)
      )
  )
}

/**
 * A waiting user is listed in the lobby in one place, or could be paired twice. `isListed`: whether the lobby names a room.
 * Holds once everybody was answered.
 */
export const oneWaitingPlace = (
  { rooms }: Snapshot,
  isListed: (room: RoomId) => boolean
): ReadonlyArray<Violation> => {
  const places = new Map<Openid, RoomId>()
  return [...rooms].flatMap(([id, room]) => {
    if (room._tag !== "Waiting" || !isListed(id)) return []
    const other = places.get(room.opener)
    places.set(room.opener, id)
    return other === undefined
      ? []
      : [violation("nobody waits in two places", `${room.opener} is listed with ${other} and with ${id}`)]
  })
}

/** A line as it was written, and each time it showed up on a phone. Times in milliseconds since 1970. */
export interface LineRecord {
  readonly writer: Openid
  readonly text: string
  readonly writtenAtMillis: number
  readonly arrivals: ReadonlyArray<{ readonly by: Openid; readonly atMillis: number }>
}

/**
 * A line reaches only the person who was the partner when it was written, and reaches them once. `mayRepeat`: a server died, or
 * an answer was lost, between a push and its record.
 */
export const linesReachThePartner = (
  lines: ReadonlyArray<LineRecord>,
  wereAPair: (one: Openid, other: Openid, fromMillis: number, toMillis: number) => boolean,
  mayRepeat: boolean
): ReadonlyArray<Violation> =>
  lines.flatMap((line) => {
    const wrong = line.arrivals.filter(
      ({ by, atMillis }) => by === line.writer || !wereAPair(line.writer, by, line.writtenAtMillis, atMillis)
    )
    const strangers = wrong.map(({ by }) =>
      violation("a line reaches only the partner", `"${line.text}" of ${line.writer} reached ${by}`)
    )
    const readers = new Set(line.arrivals.map(({ by }) => by))
    const repeated = readers.size > 1 || (!mayRepeat && line.arrivals.length > 1)
    return repeated
      ? [
          ...strangers,
          violation("a line arrives once", `"${line.text}" arrived ${line.arrivals.length} times`)
        ]
      : strangers
  })

/** Lines of one writer to one reader arrive in the order in which they were written. */
export const linesKeepOrder = (lines: ReadonlyArray<LineRecord>): ReadonlyArray<Violation> => {
  const latest = new Map<string, { readonly at: number; readonly text: string }>()
  return lines.flatMap((line) => {
    const [first] = line.arrivals
    if (first === undefined) return []
    const way = `${line.writer}>${first.by}`
    const before = latest.get(way)
    latest.set(way, { at: first.atMillis, text: line.text })
    return before !== undefined && before.at > first.atMillis
      ? [violation("lines keep their order", `"${line.text}" overtook "${before.text}"`)]
      : []
  })
}

/** No pair ever was of two people of whom one had blocked the other. */
export const blockedNeverMeet = (
  pairs: Iterable<PairRecord>,
  blocked: (one: Openid, other: Openid) => boolean
): ReadonlyArray<Violation> =>
  [...pairs].flatMap(({ members: [one, other] }) =>
    blocked(one, other) || blocked(other, one)
      ? [violation("a blocked pair never meets", `${one} and ${other} met`)]
      : []
  )

/** The state of everybody who has a session. */
export const chatsOf = ({ sessions, rooms }: Snapshot, now: number): ReadonlyMap<Openid, Chat> =>
  new Map(
    [...sessions].map(([openid, session]) => [
      openid,
      resolve(session, session.room === undefined ? undefined : rooms.get(session.room), openid, now)
    ])
  )

const openRooms = (rooms: ReadonlyMap<RoomId, Room>) =>
  [...rooms].flatMap(([id, room]) => (room._tag === "Open" ? [[id, room] as const] : []))

const violation = (guarantee: string, facts: string): Violation => ({ guarantee, facts })
