import { commute } from "./commutation.ts"
import type { Violation } from "./invariants.ts"
import { withinPreemptions } from "./preemption.ts"
import type { FaultKind, Race } from "./race.ts"
import { type Choice, mostStepsInARun, neverEnds, RaceRun } from "./race-run.ts"
import type { World } from "./world.ts"

export interface ExploreOptions {
  readonly fault: FaultKind
  /** If this many schedules do not suffice, the rest is not covered, and the result says so. */
  readonly mostSchedules: number
  /** Without reduction every order of every two operations is tried, which is for very small races only. */
  readonly reduction?: "partial order" | "none"
  /** Covers every schedule with at most so many preemptions, and no others; without reduction. */
  readonly mostPreemptions?: number
  /** Finds more that is wrong at the end of a run, beside the guarantees. */
  readonly judge?: Judge
  /** Sees the world at the end of every run, before `onSchedule`. */
  readonly onRun?: (world: World) => void
  /** Sees every schedule that was run to its end, as `replay` takes it. */
  readonly onSchedule?: (schedule: string) => void
}

/** What is wrong with a world that has come to rest. */
export type Judge = (world: World) => ReadonlyArray<Violation>

export interface Exploration {
  readonly race: string
  readonly fault: FaultKind
  /** Runs to the end. */
  readonly schedules: number
  /** Runs that were cut because an equivalent one had been made (sleep sets). */
  readonly equivalent: number
  /** Every schedule was covered, up to the reductions, or to the preemptions that were asked for. */
  readonly exhaustive: boolean
  readonly failure?: { readonly schedule: string; readonly violations: ReadonlyArray<Violation> }
}

/** A moment of a run at which several things could happen next. */
interface Node {
  readonly choices: ReadonlyArray<Choice>
  chosen: Choice
  /** What has to be tried here, since it does not commute with something that happened later in the run. */
  readonly wanted: Array<Choice>
  /** What was tried here, or elsewhere with the same result. */
  readonly asleep: Array<Choice>
}

/**
 * Runs a race through every interleaving of its memcached operations and pushes, on the production chat code. Depth first and
 * stateless: each schedule is a new world. Reductions: of two operations that commute only one order is tried (dynamic partial
 * order reduction with sleep sets), and there is no choice about when a thread begins its next step, since its first
 * operation can be delayed at will. Faults commute with nothing.
 */
export const explore = (race: Race, options: ExploreOptions): Exploration => {
  const path: Array<Node> = []
  let schedules = 0
  let equivalent = 0
  for (;;) {
    const run = new RaceRun(race, options.fault)
    const violations = follow(run, path, options)
    if (violations === "equivalent") equivalent += 1
    else {
      schedules += 1
      options.onSchedule?.(scheduleOf(path))
    }
    const base = { race: race.name, fault: options.fault, schedules, equivalent }
    if (violations !== "equivalent" && violations.length > 0) {
      return { ...base, exhaustive: false, failure: { schedule: scheduleOf(path), violations } }
    }
    if (!backtrack(path)) return { ...base, exhaustive: true }
    if (schedules + equivalent >= options.mostSchedules) return { ...base, exhaustive: false }
  }
}

/** Runs one schedule again, as a failed exploration printed it, with the same `judge`. */
export const replay = (
  race: Race,
  fault: FaultKind,
  schedule: string,
  judge: Judge = noMore
): ReadonlyArray<Violation> => {
  const run = new RaceRun(race, fault)
  for (const name of schedule.split(" ").filter((part) => part !== "")) {
    const choice = run.choices().find((one) => nameOf(one) === name)
    if (choice === undefined) return [{ guarantee: "a schedule can be replayed", facts: `no choice ${name}` }]
    run.make(choice)
  }
  return [...run.finish(), ...judge(run.world)]
}

const noMore: Judge = () => []

/** Follows the path and lengthens it to the end of the run. */
const follow = (
  run: RaceRun,
  path: Array<Node>,
  { reduction, mostPreemptions, onRun, judge = noMore }: ExploreOptions
): ReadonlyArray<Violation> | "equivalent" => {
  const reduced = reduction !== "none" && mostPreemptions === undefined
  let asleep: ReadonlyArray<Choice> = []
  const parents = new Map<number, number>()
  for (let depth = 0; depth < mostStepsInARun; depth += 1) {
    const choices = run.choices()
    if (reduced) noteRaces(path.slice(0, depth), choices, parents)
    if (choices.length === 0) {
      const violations = run.finish()
      onRun?.(run.world)
      return [...violations, ...judge(run.world)]
    }
    const known = path[depth]
    const node =
      known ??
      (mostPreemptions === undefined
        ? newNode(choices, asleep, reduced)
        : boundedNode(choices, withinPreemptions(path, choices, mostPreemptions)))
    if (node === undefined) return "equivalent"
    if (known === undefined) path.push(node)
    const { chosen } = node
    asleep = reduced ? node.asleep.filter((one) => commute(one, chosen)) : []
    const live = choices.find((one) => isSame(one, chosen))
    if (live === undefined) throw new Error(`the run is not deterministic at ${nameOf(chosen)}`)
    const broken = run.make(live)
    if (broken.length > 0) return broken
  }
  return [neverEnds]
}

const newNode = (
  choices: ReadonlyArray<Choice>,
  asleep: ReadonlyArray<Choice>,
  reduced: boolean
): Node | undefined => {
  const chosen = choices.find((choice) => !isIn(asleep, choice))
  if (chosen === undefined) return undefined
  const faults = choices.filter(({ kind }) => kind !== "proceed")
  return { choices, chosen, wanted: reduced ? [chosen, ...faults] : [...choices], asleep: [...asleep] }
}

const boundedNode = (choices: ReadonlyArray<Choice>, wanted: ReadonlyArray<Choice>): Node | undefined => {
  const [chosen] = wanted
  return chosen === undefined ? undefined : { choices, chosen, wanted: [...wanted], asleep: [] }
}

/**
 * For every operation that is pending now: if something happened earlier in the run that does not commute with it and did not
 * lead to it, the other order has to be tried too. That order begins with whatever was pending at that point and led to the
 * operation. `parents`: the operation after which each one was begun.
 */
const noteRaces = (
  way: ReadonlyArray<Node>,
  choices: ReadonlyArray<Choice>,
  parents: Map<number, number>
): void => {
  const last = way.at(-1)
  for (const choice of choices) {
    if (choice.operation === undefined) continue
    const isNew = !parents.has(choice.id) && !(last !== undefined && isIn(last.choices, choice))
    if (isNew) parents.set(choice.id, last?.chosen.id ?? noParent)
    for (const node of isNew ? way : way.slice(-1)) {
      if (commute(node.chosen, choice) || leadsTo(node.chosen.id, choice.id, parents)) continue
      const first = node.choices.find(
        (one) => one.kind === choice.kind && leadsTo(one.id, choice.id, parents)
      )
      for (const wanted of first === undefined ? node.choices : [first]) {
        if (!isIn(node.wanted, wanted)) node.wanted.push(wanted)
      }
    }
  }
}

const noParent = -1

const leadsTo = (ancestor: number, id: number, parents: ReadonlyMap<number, number>): boolean => {
  for (let one: number | undefined = id; one !== undefined; one = parents.get(one))
    if (one === ancestor) return true
  return false
}

/** Takes the path to the next schedule; false: there is none. */
const backtrack = (path: Array<Node>): boolean => {
  for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
    node.asleep.push(node.chosen)
    const { asleep } = node
    const next = node.wanted.find((choice) => !isIn(asleep, choice))
    if (next !== undefined) {
      node.chosen = next
      return true
    }
    path.pop()
  }
  return false
}

const nameOf = (choice: Choice): string => `${choice.kind[0] ?? ""}${choice.id}`

const scheduleOf = (path: ReadonlyArray<Node>): string => path.map(({ chosen }) => nameOf(chosen)).join(" ")

const isSame = (one: Choice, other: Choice): boolean => one.kind === other.kind && one.id === other.id

const isIn = (choices: ReadonlyArray<Choice>, choice: Choice): boolean =>
  choices.some((one) => isSame(one, choice))
