import type { CampusButton } from "./button.ts"

/** Periods of one day, the first and the last included. */
export interface Periods {
  readonly from: number
  readonly to: number
}

/** What a user asks the school; `periods` were typed behind 空闲教室. */
export interface CampusQuestion {
  readonly button: CampusButton
  readonly periods?: Periods
}
