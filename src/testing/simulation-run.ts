/** One run of the simulation as a command makes it: the story, and what is shrunk from it when it fails. */
import type { Violation } from "./invariants.ts"
import { mostDeedsDoneAgain, shrink } from "./shrinking.ts"
import { simulate } from "./simulation.ts"
import type { SimulationOptions, SimulationResult } from "./simulation-result.ts"
import { type Deed, storyOfOnly, storyOfSteps } from "./story.ts"

/** Which part of the story of a seed is played: so many steps of it, or some deeds alone. */
export type Extent = { readonly steps: number } | { readonly only: ReadonlySet<number> }

/** The shortest failing part that was found, and what it breaks. */
export interface Failure {
  readonly deeds: ReadonlyArray<Deed>
  readonly violations: ReadonlyArray<Violation>
  /** How many parts were tried. */
  readonly tried: number
}

export interface SimulationRun {
  readonly result: SimulationResult
  readonly failure?: Failure
}

/** Plays a part of a story; where it fails, looks for a shorter part that breaks the same guarantee. */
export const runSimulation = (options: SimulationOptions, extent: Extent): SimulationRun => {
  const result = simulate(options, storyOfExtent(options, extent))
  const [first] = result.violations
  if (first === undefined) return { result }
  // What shrinking cannot reach need not be kept.
  const deeds: Array<Deed> = []
  for (const deed of storyOfExtent(options, extent)) {
    if (deed.number > result.lastDeed) break
    if (deed.number > result.lastDeed - mostDeedsDoneAgain) deeds.push(deed)
  }
  const { tell: _unheard, ...quietly } = options
  const fails = (part: ReadonlyArray<Deed>): boolean =>
    simulate(quietly, part).violations.some(({ guarantee }) => guarantee === first.guarantee)
  // Of thousands of users, the named ones and their partners are mostly to blame.
  const close = deeds.filter(({ what }) => !("user" in what) || result.company.has(what.user))
  const shrunk = shrink(fails(close) ? close : deeds, fails)
  const { violations } = simulate(quietly, shrunk.deeds)
  return { result, failure: { ...shrunk, violations } }
}

const storyOfExtent = (options: SimulationOptions, extent: Extent): Iterable<Deed> =>
  "steps" in extent ? storyOfSteps(options, extent.steps) : storyOfOnly(options, extent.only)
