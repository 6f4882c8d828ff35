import { hash } from "node:crypto"
import type { Openid } from "../core/openid.ts"
import { reportableMinutes, type RoomId, type WriteId } from "../core/room.ts"
import { longestPushMillis } from "../wechat/api.ts"

/** Every name under which the chat keeps something in memcached (docs/design.md, "What is stored"). */
export const keys = {
  session: (openid: Openid) => `s:${openid}`,
  room: (id: RoomId) => `room:${id}`,
  /** When somebody last spoke in a room, milliseconds since 1970. */
  spoke: (id: RoomId) => `spoke:${id}`,
  /** How many lines were passed on in a room. */
  lines: (id: RoomId) => `lines:${id}`,
  /** One of the last lines of a room, sealed. */
  lastLine: (id: RoomId, place: number) => `line:${id}:${place}`,
  lobby: "lobby",
  /** What a long lobby differs from: written once. */
  lobbyBase: (name: WriteId) => `lobby-base:${name}`,
  /**
   * There while two users talked with each other lately, in whichever order they are named; says whether one blocked the other.
   * Nobody can find the item who does not know both, so whoever unfollows leaves no name in it.
   */
  met: (one: Openid, other: Openid) =>
    `met:${hash("sha256", one < other ? `${one} ${other}` : `${other} ${one}`, "base64url")}`,
  /** There once a user was told that memcached lost a chat of theirs; it names nobody either. */
  missed: (openid: Openid, id: RoomId) => `missed:${hash("sha256", `${openid} ${id}`, "base64url")}`,
  /** With whom a user talked until a moment ago, and in which room. */
  lastPartner: (openid: Openid) => `last:${openid}`,
  /** A report that the database could not take yet, sealed. */
  unsavedReport: (name: string) => `unsaved-report:${name}`,
  /** The names of all of these. */
  unsavedReports: "unsaved-list",
  /** When a user unfollowed whose reports may still wait; `hash` as `makeFollowerHash` gives it, so that it names nobody. */
  unfollowed: (hash: string) => `unfollowed:${hash}`,
  /** A message that is being answered or was answered, with the answer. */
  seen: (duplicateKey: string) => `seen:${duplicateKey}`,
  /** A line of that message is about to be passed on, or was. */
  sent: (duplicateKey: string) => `sent:${duplicateKey}`,
  /** The ledger of the pushes that WeChat allows for a user. */
  quota: (openid: Openid) => `quota:${openid}`,
  /** What waits for a user. */
  mail: (openid: Openid) => `mail:${openid}`,
  /** Held by whoever takes things out of a user's mailbox. */
  mailLock: (openid: Openid) => `mail-lock:${openid}`,
  /** How many messages a user sent in one minute of time. */
  pace: (openid: Openid, minute: number) => `pace:${openid}:${minute}`,
  /** What a user and the chatbot said last. */
  tease: (openid: Openid) => `tease:${openid}`,
  /** Rooms to look at in one second of time. */
  due: (second: number) => `due:${second}`,
  /** Up to which second the agenda has been worked off, and by whom. */
  sweep: "sweep"
} as const

const minute = 60
const hour = 60 * minute
const day = 24 * hour

/** How long items live in memcached unless they are written again, in seconds. */
export const ttlSeconds = {
  /** A chat longer than this ends with a word; it keeps memcached from filling with what a crash left behind. */
  chat: 7 * day,
  /** A closed room is kept so that each member can still be told why. */
  closedRoom: 2 * day,
  /** Not the same two again within this time after they met, or parted after a long chat, if anybody else is there. */
  met: hour,
  /** A chat is reported while it lasts; what was said longer ago is nobody's business. */
  lastLine: hour,
  /** For so long the end of a chat can be answered with a report. */
  lastPartner: reportableMinutes * minute,
  /** Longer than a database is down before somebody looks after it. */
  unsavedReports: 7 * day,
  /** As long as a report may wait that was made before, and a day for tries that are under way. */
  unfollowed: 8 * day,
  /** So long a block is known although the database never hears of it; memcached counts no longer times. */
  blocked: 30 * day,
  /** WeChat's timestamp may be 10 minutes off in either direction; a replay within that finds the answer here. */
  seen: 25 * minute,
  /** The longest window of the allowance is 48 h. */
  quota: 2 * day,
  mail: 7 * day,
  /** Who comes back to tease mode after this long begins anew. */
  tease: 30 * minute,
  /** As long as one push may take, and the operations around it. */
  mailLock: Math.ceil(longestPushMillis / 1_000) + 6,
  /** The minute that it counts, and another for clocks that differ. */
  pace: 2 * minute,
  /** An agenda page outlives a stop of all servers by this much. */
  due: day,
  sweep: day
} as const
