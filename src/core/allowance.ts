import { Schema } from "effect"
import { hourMillis, minuteMillis } from "./durations.ts"

/**
 * What a user's action allows us to push, and for how long (protocol notes 6.1, in force since June 2023). A new action
 * opens a new window; counts do not add up.
 */
export const windows = {
  message: { pushes: 5, openMillis: 48 * hourMillis },
  click: { pushes: 3, openMillis: minuteMillis },
  follow: { pushes: 3, openMillis: minuteMillis },
  scan: { pushes: 3, openMillis: minuteMillis }
} as const

export const Trigger = Schema.Literals(["message", "click", "follow", "scan"])
export type Trigger = typeof Trigger.Type

/**
 * The ledger of one user's window. `shut`: WeChat refused a push (45015 or 45047), which counts more than our own count.
 * `openedAtMillis` is milliseconds since 1970.
 */
export const Allowance = Schema.Struct({
  trigger: Trigger,
  openedAtMillis: Schema.Natural,
  used: Schema.Natural,
  shut: Schema.Boolean
})
export type Allowance = typeof Allowance.Type

/** `line`: what a partner wrote. `notice`: our own words about a chat, for which the last push of a long window is reserved. */
export type Importance = "line" | "notice"

/** The window that an action opens. */
export const opened = (trigger: Trigger, now: number): Allowance => ({
  trigger,
  openedAtMillis: now,
  used: 0,
  shut: false
})

/**
 * What is assumed of a user whose ledger memcached lost: a window as after a message. One push too many is refused by
 * WeChat, and the refusal shuts the window.
 */
export const assumed = (now: number): Allowance => opened("message", now)

/** Pushes left in the window at `now`. */
export const pushesLeft = (allowance: Allowance, now: number): number => {
  const window = windows[allowance.trigger]
  if (allowance.shut || now - allowance.openedAtMillis >= window.openMillis) return 0
  return Math.max(0, window.pushes - allowance.used)
}

/** How many pushes of this importance may be made. */
export const pushesFor = (allowance: Allowance, importance: Importance, now: number): number => {
  const reserved = importance === "line" && windows[allowance.trigger].pushes > pushesWithoutReserve ? 1 : 0
  return Math.max(0, pushesLeft(allowance, now) - reserved)
}

/** Whether something of this importance may be pushed. */
export const mayPush = (allowance: Allowance, importance: Importance, now: number): boolean =>
  pushesFor(allowance, importance, now) > 0

export const afterPush = (allowance: Allowance): Allowance => ({ ...allowance, used: allowance.used + 1 })

/** Takes back the count of a push that certainly did not happen. */
export const afterNoPush = (allowance: Allowance): Allowance => ({
  ...allowance,
  used: Math.max(0, allowance.used - 1)
})

export const afterRefusal = (allowance: Allowance): Allowance => ({ ...allowance, shut: true })

// A window of three is too small to reserve one: people would miss the line more than the notice.
const pushesWithoutReserve = 3
