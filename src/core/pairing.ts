import { isAmong, isSame, type Openid } from "./openid.ts"
import { longestRoomId, type RoomId } from "./room.ts"

/** Somebody who looks for a partner. `recent`: whom they talked with lately. `room`: where they wait already. */
export interface Seeker {
  readonly openid: Openid
  readonly recent: ReadonlyArray<Openid>
  readonly blocked: ReadonlyArray<Openid>
  readonly room?: RoomId
}

/** One line of the lobby: a room in which somebody waits. Times are milliseconds since 1970. */
export interface LobbyEntry {
  readonly room: RoomId
  readonly openid: Openid
  readonly recent: ReadonlyArray<Openid>
  readonly blocked: ReadonlyArray<Openid>
  readonly deadlineMillis: number
}

/** The rooms in which somebody waits, the one who came first in front. */
export type Lobby = ReadonlyArray<LobbyEntry>

/** How many rooms the lobby lists: so many people who do not suit one another are not a campus but an attack. */
export const lobbyCapacity = 4_000

/**
 * How long the entries may be together, as JSON: they have to fit in one item of memcached (1 MiB), with 64 changes to them. An entry
 * takes 130 bytes, and 31 more for each openid that it names: with 100 blocked people 3.2 KB.
 */
export const lobbyCapacityBytes = 1_000_000

/** How a search ends. `StayListed`: the seeker's own entry stays in the lobby, or the seeker was just joined. */
export type Decision =
  | { readonly _tag: "Join"; readonly entry: LobbyEntry }
  | { readonly _tag: "Wait" }
  | { readonly _tag: "StayListed" }
  | { readonly _tag: "Full" }

/** Whether two may ever be paired: not with oneself, and not when either blocked the other. */
export const suits = (one: Person, other: Person): boolean =>
  !isSame(one.openid, other.openid) &&
  !isAmong(one.blocked, other.openid) &&
  !isAmong(other.blocked, one.openid)

/** Whether two talked with each other lately, by the memory of either. */
export const metLately = (one: Person, other: Person): boolean =>
  isAmong(one.recent, other.openid) || isAmong(other.recent, one.openid)

/**
 * The pairing decision of one seeker: the room that has waited longest among those who suit and did not meet the seeker lately.
 * If there is none, nobody else is looking, and it is the longest among all who suit.
 */
export const choosePartner = (lobby: Lobby, seeker: Seeker, now: number): Decision => {
  let again: LobbyEntry | undefined
  for (const entry of lobby) {
    if (entry.deadlineMillis <= now || entry.room === seeker.room || !suits(entry, seeker)) continue
    if (!metLately(entry, seeker)) return { _tag: "Join", entry }
    again ??= entry
  }
  if (again !== undefined) return { _tag: "Join", entry: again }
  if (seeker.room !== undefined && lobby.some((entry) => entry.room === seeker.room)) {
    return { _tag: "StayListed" }
  }
  return { _tag: hasRoomFor(seeker, lobby) ? "Wait" : "Full" }
}

/** What a whole round of seekers comes to, and the lobby after it. `changed` is false when the lobby may stay as it is. */
export interface Round<S extends Seeker> {
  readonly decisions: ReadonlyArray<{ readonly seeker: S; readonly decision: Decision }>
  readonly lobby: Lobby
  readonly changed: boolean
}

/**
 * Decides for several seekers at once, in order, against one reading of the lobby. `entryOf` gives the entry of a seeker who
 * has to wait. Entries past their deadline are pruned.
 */
export const decideRound = <S extends Seeker>(
  lobby: Lobby,
  seekers: ReadonlyArray<S>,
  now: number,
  entryOf: (seeker: S) => LobbyEntry
): Round<S> => {
  let after = lobby.some((entry) => entry.deadlineMillis <= now)
    ? lobby.filter((entry) => entry.deadlineMillis > now)
    : lobby
  const left = new Set<RoomId>()
  const decisions = seekers.map((seeker) => {
    // A seeker who was joined in this round, or looks twice in it, has nothing more to decide.
    const settled = seeker.room !== undefined && left.has(seeker.room)
    const decision: Decision = settled ? { _tag: "StayListed" } : choosePartner(after, seeker, now)
    if (decision._tag === "Join") {
      left.add(decision.entry.room)
      if (seeker.room !== undefined) left.add(seeker.room)
      after = after.toSpliced(after.indexOf(decision.entry), 1)
      if (seeker.room !== undefined) after = after.filter(({ room }) => room !== seeker.room)
    } else if (decision._tag === "Wait") {
      after = [...after, entryOf(seeker)]
    }
    return { seeker, decision }
  })
  const changed =
    after !== lobby && (after.length !== lobby.length || after.some((entry, index) => entry !== lobby[index]))
  return { decisions, lobby: after, changed }
}

/**
 * Matches newcomers of one process with each other, first come first: only those who suit and did not meet lately. The rest
 * go on to the lobby.
 */
export const pairNewcomers = <S extends Seeker>(
  newcomers: ReadonlyArray<S>
): { readonly pairs: ReadonlyArray<readonly [S, S]>; readonly rest: ReadonlyArray<S> } => {
  const waiting: Array<S> = []
  const pairs: Array<readonly [S, S]> = []
  for (const newcomer of newcomers) {
    const place = placeOfPartner(waiting, newcomer)
    const partner = waiting[place]
    if (partner === undefined) waiting.push(newcomer)
    else {
      // Nearly always the only one: `splice` would make a list of them.
      if (place === waiting.length - 1) waiting.pop()
      else waiting.splice(place, 1)
      pairs.push([partner, newcomer])
    }
  }
  return { pairs, rest: waiting }
}

/** The first of those who came before with whom a newcomer can be matched; -1: nobody. */
const placeOfPartner = (waiting: ReadonlyArray<Seeker>, newcomer: Seeker): number => {
  if (newcomer.room !== undefined) return -1
  return waiting.findIndex(
    (other) => other.room === undefined && suits(other, newcomer) && !metLately(other, newcomer)
  )
}

const hasRoomFor = (seeker: Seeker, lobby: Lobby): boolean => {
  if (lobby.length >= lobbyCapacity) return false
  const bytes = lobby.reduce((sum, entry) => sum + mostEntryBytes(entry), mostEntryBytes(seeker))
  return bytes <= lobbyCapacityBytes
}

/**
 * The length of an entry as JSON, or a little more. All openids of an account are equally long, and each brings two quotes and a comma: to
 * look at every name of a crowd would take longer than to choose among them.
 */
const mostEntryBytes = ({ openid, recent, blocked }: Person): number =>
  mostNamelessBytes + (1 + recent.length + blocked.length) * (openid.length + 3)

/** An entry without a name, with the longest room and time, and its comma. */
const mostNamelessBytes =
  JSON.stringify({
    room: "r".repeat(longestRoomId),
    openid: "",
    recent: [],
    blocked: [],
    deadlineMillis: Number.MAX_SAFE_INTEGER
  }).length + 1

type Person = Pick<Seeker, "openid" | "recent" | "blocked">
