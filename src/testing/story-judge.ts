/** Judges a story by every guarantee, whatever goes wrong in it and however its actions overlap. */
import type { Violation } from "./invariants.ts"
import { simulate } from "./simulation.ts"
import type { SimulationOptions } from "./simulation-result.ts"
import type { Deed } from "./story.ts"

/** `seed`: how long each operation takes; 1 when absent. */
export type StoryJudgement = Pick<SimulationOptions, "plant" | "received" | "servers" | "tell"> & {
  readonly seed?: number
}

/**
 * Plays a story on simulated servers that overlap as real ones do, with its faults; then the faults end, everybody asks once more, and
 * what is wrong comes back.
 */
export const judgeStory = (
  story: ReadonlyArray<Deed>,
  { seed = 1, ...options }: StoryJudgement
): ReadonlyArray<Violation> =>
  // The story itself says who takes part and what goes wrong.
  simulate({ seed, users: 0, faults: [], ...options }, story).violations
