/** What a simulation came to, in lines to print: the same for the same story, so nothing of how long it took. */
import { rangesOf } from "./deed-numbers.ts"
import { faultNames } from "./faults.ts"
import type { SimulationOptions, SimulationResult } from "./simulation-result.ts"
import type { Failure, SimulationRun } from "./simulation-run.ts"
import { tellStory } from "./telling.ts"

/** How many deeds of a failing part are told; a longer one was not shrunk. */
const mostDeedsTold = 200

/** How many violations are told: the first says it, later ones may be its consequences. */
const mostViolationsTold = 10

export const report = (
  options: SimulationOptions,
  { result, failure }: SimulationRun
): ReadonlyArray<string> => [
  `seed ${options.seed}: ${options.users} users, ${options.servers} servers, faults ${options.faults.join(",") || "none"}`,
  "",
  ...counts(result).map(([name, count]) => `${name.padEnd(nameWidth)}${String(count).padStart(countWidth)}`),
  "",
  ...(failure === undefined ? ["verdict: every guarantee held"] : failed(options, result, failure))
]

/** The command that plays some deeds of a story again. */
const commandOf = (options: SimulationOptions, deeds: Failure["deeds"]): string =>
  `npm start -- simulate --seed ${options.seed} --users ${options.users} --servers ${options.servers}` +
  ` --faults ${options.faults.join(",") || "none"}` +
  ((options.faultRate ?? 1) === 1 ? "" : ` --fault-rate ${options.faultRate}`) +
  ` --only ${rangesOf(deeds.map(({ number }) => number))}`

const counts = (result: SimulationResult): ReadonlyArray<readonly [string, number | string]> => [
  ["steps", result.steps],
  ["  answered", result.answered],
  ["  given up by WeChat", result.unanswered],
  ["virtual time", `${result.virtualSeconds} s`],
  ["operations", result.operations],
  ["pairs made", result.pairs],
  ["  time to pair, median", millis(result.medianMillis)],
  ["  time to pair, p99", millis(result.p99Millis)],
  ["lines written", result.lines.written],
  ["  received", result.lines.arrived],
  ["  kept for a while", result.lines.kept],
  ["  not sent, with a word", result.lines.told],
  ["pushes refused", result.refusedPushes],
  ["faults", [...result.faults.values()].reduce((sum, count) => sum + count, 0)],
  ...faultNames.flatMap((name) => {
    const count = result.faults.get(name)
    return count === undefined ? [] : [[`  ${name}`, count] as const]
  })
]

const failed = (
  options: SimulationOptions,
  { violations, lastDeed }: SimulationResult,
  failure: Failure
): ReadonlyArray<string> => {
  const told = failure.deeds.slice(-mostDeedsTold)
  return [
    `verdict: broken, by deed ${lastDeed} of seed ${options.seed}`,
    ...violations.slice(0, mostViolationsTold).map(({ guarantee, facts }) => `  ${guarantee}: ${facts}`),
    "",
    `the shortest part that breaks it, of ${failure.tried} tried: ${failure.deeds.length} deeds`,
    ...(told.length < failure.deeds.length ? [`  (the last ${told.length} of them)`] : []),
    ...tellStory(told).map((line) => `  ${line}`),
    ...failure.violations
      .slice(0, mostViolationsTold)
      .map(({ guarantee, facts }) => `  ${guarantee}: ${facts}`),
    "",
    "play it again, and read what everybody reads:",
    `  ${commandOf(options, failure.deeds)}`
  ]
}

const millis = (count: number | undefined): string => (count === undefined ? "none" : `${count} ms`)

const nameWidth = 26
const countWidth = 10
