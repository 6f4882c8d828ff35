/** What WeChat tells the account of who comes and scans (protocol notes 2.4). */
import type { UserAct } from "./callback-body.ts"

/** `eventKey` null: the element is left out, as happens; without one it is there and empty. */
export const followEvent = (eventKey: string | null = ""): UserAct => ({
  kind: "event",
  event: "subscribe",
  fields: eventKey === null ? [] : [["EventKey", eventKey]]
})

/** A follower's scan is told as it is; a scan that made somebody follow, with a prefix. */
export const scanEvent = (scene: string, followed: boolean, ticket: string): UserAct => ({
  kind: "event",
  event: followed ? "SCAN" : "subscribe",
  fields: [
    ["EventKey", followed ? scene : `qrscene_${scene}`],
    ["Ticket", ticket]
  ]
})
