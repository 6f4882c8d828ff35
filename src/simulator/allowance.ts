import { Result } from "effect"
import { hourMillis, minuteMillis } from "../core/durations.ts"
import { refuse, type ApiRefusal } from "./errcode.ts"

/** What a user did that lets the account push (protocol notes 6.1); a click in a message menu counts as `click`. */
export type Trigger = "message" | "click" | "follow" | "scan"

/** How many pushes are left and until when; replaced as a whole by the next trigger. */
export interface Allowance {
  readonly left: number
  /** How many the trigger gave in all. */
  readonly of: number
  readonly untilMillis: number
}

/** Since June 2023: five pushes within 48 hours of a message, three within a minute of the rest (notes 6.1). Payments, with no limit, are not simulated. */
const grants: { readonly [trigger in Trigger]: { readonly pushes: number; readonly windowMillis: number } } =
  {
    message: { pushes: 5, windowMillis: 48 * hourMillis },
    click: { pushes: 3, windowMillis: minuteMillis },
    follow: { pushes: 3, windowMillis: minuteMillis },
    scan: { pushes: 3, windowMillis: minuteMillis }
  }

export const noAllowance: Allowance = { left: 0, of: 0, untilMillis: 0 }

/** Counts do not add up: a trigger resets to its own maximum and its own window (notes 6.1). */
export const grant = (trigger: Trigger, nowMillis: number): Allowance => ({
  left: grants[trigger].pushes,
  of: grants[trigger].pushes,
  untilMillis: nowMillis + grants[trigger].windowMillis
})

/** One push: 45015 outside the window, 45047 when its count is used up (notes 6.4). */
export const spend = (allowance: Allowance, nowMillis: number): Result.Result<Allowance, ApiRefusal> => {
  if (nowMillis >= allowance.untilMillis) return Result.fail(refuse("outsideWindow"))
  if (allowance.left <= 0) return Result.fail(refuse("allowanceUsedUp"))
  return Result.succeed({ ...allowance, left: allowance.left - 1 })
}
