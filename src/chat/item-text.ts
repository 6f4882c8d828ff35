/**
 * The JSON of the two items that every pair writes: made and sent in less than half of the time that `JSON.stringify` takes. Nothing in
 * them has to be escaped, since names and marks consist of letters, digits, `-` and `_`.
 */
import type { Room } from "../core/room.ts"
import type { Session } from "../core/session.ts"

export const sessionText = ({
  state,
  room,
  partner,
  writtenBy,
  tellingUntilMillis,
  hasMet
}: Session): string => {
  const at = room === undefined ? "" : `,"room":"${room}"`
  const beside = partner === undefined ? "" : `,"partner":"${partner}"`
  const telling = tellingUntilMillis === undefined ? "" : `,"tellingUntilMillis":${tellingUntilMillis}`
  const met = hasMet === undefined ? "" : `,"hasMet":true`
  return `{"state":${state}${at}${beside},"writtenBy":"${writtenBy}"${telling}${met}}`
}

export const roomText = (room: Room): string => {
  if (room._tag !== "Open") return JSON.stringify(room)
  const { opener, joiner, sinceMillis, writtenBy } = room
  return `{"_tag":"Open","opener":"${opener}","joiner":"${joiner}","sinceMillis":${sinceMillis},"writtenBy":"${writtenBy}"}`
}
