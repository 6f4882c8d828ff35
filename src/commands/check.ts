import type { Effect } from "effect"

/**
 * One thing that `doctor` looks at. A check never fails: what is wrong is a finding, and every check limits its own time. To
 * add one, list it in `doctor.ts`.
 */
export interface Check {
  /** What is looked at, such as `memcached`. */
  readonly name: string
  readonly run: Effect.Effect<ReadonlyArray<Finding>>
}

/** `warning`: works, but not as it should; only a `problem` makes `doctor` end with 1. `skipped`: cannot be looked at, and why. */
export interface Finding {
  readonly status: "fine" | "warning" | "problem" | "skipped"
  readonly says: string
  /** What to do about it, in words. */
  readonly advice?: string
}

export const fine = (says: string): Finding => ({ status: "fine", says })
export const warning = (says: string, advice: string): Finding => ({ status: "warning", says, advice })
export const problem = (says: string, advice: string): Finding => ({ status: "problem", says, advice })
export const skipped = (says: string): Finding => ({ status: "skipped", says })
