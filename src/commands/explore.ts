import { Console, Effect, Option, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import { type Exploration, replay } from "../testing/explorer.ts"
import type { Violation } from "../testing/invariants.ts"
import { type FaultKind, faultKinds, type Race } from "../testing/race.ts"
import { races } from "../testing/races.ts"
import type { ExplorationTask } from "./exploration-worker.ts"
import { fromThread } from "./thread.ts"

/** A schedule broke a guarantee: exit code 1, after it was printed. */
export class ScheduleBroken extends Schema.TaggedError<ScheduleBroken>()("ScheduleBroken", {
  race: Schema.String
}) {
  override get message() {
    return `broken: ${this.race}`
  }
}

/** Enough for every race without faults; takes a few minutes for all of them. */
const presetSchedules = 5_000

const matching = (part: string): ReadonlyArray<Race> => races.filter(({ name }) => name.includes(part))

const race = Flag.String("race").pipe(
  Flag.filter(
    (part) => matching(part).length > 0,
    () => `part of one of: ${races.map(({ name }) => name).join("; ")}`
  ),
  Flag.withDescription("Only those whose name contains this"),
  Flag.withDefault("")
)

const fault = Flag.Literals("fault", faultKinds).pipe(
  Flag.withDescription(
    "What goes wrong once in each schedule, at every operation in turn: crash kills a server, lostAnswer loses an answer, dropped an operation"
  ),
  Flag.withDefault("none" as const)
)

const most = Flag.Int("most").pipe(
  Flag.filter(
    (number) => number >= 1,
    () => "a number from 1"
  ),
  Flag.withDescription(`How many schedules of each race at the most; ${presetSchedules} without`),
  Flag.withDefault(presetSchedules)
)

const preemptions = Flag.Int("preemptions").pipe(
  Flag.filter(
    (number) => number >= 0,
    () => "a number from 0"
  ),
  Flag.withDescription(
    "Only schedules in which an operation comes before its turn at most so often, and all of them; without, every schedule, up to the reductions"
  ),
  Flag.optional
)

const schedule = Flag.String("schedule").pipe(
  Flag.withDescription("Run this one schedule again, as a failure prints it; with --race and --fault"),
  Flag.optional
)

export const exploreCommand = Command.make(
  "explore",
  { race, fault, most, preemptions, schedule },
  Effect.fnUntraced(function* (flags) {
    const chosen = matching(flags.race)
    const [first] = chosen
    if (Option.isSome(flags.schedule) && first !== undefined) {
      return yield* verdict(
        first,
        flags.fault,
        flags.schedule.value,
        replay(first, flags.fault, flags.schedule.value)
      )
    }
    for (const one of chosen) {
      const result = yield* exploreBeside({
        race: one.name,
        options: {
          fault: flags.fault,
          mostSchedules: flags.most,
          ...(Option.isSome(flags.preemptions) ? { mostPreemptions: flags.preemptions.value } : {})
        }
      })
      yield* Console.log(line(result))
      if (result.failure !== undefined) {
        yield* verdict(one, flags.fault, result.failure.schedule, result.failure.violations)
      }
    }
  })
).pipe(
  Command.withDescription(
    "Run small casts of users through every interleaving of the memcached operations of the production code"
  )
)

const exploreBeside = (task: ExplorationTask) =>
  fromThread<Exploration>(new URL("./exploration-worker.ts", import.meta.url), task)

const line = ({ race: name, fault: kind, schedules, equivalent, exhaustive }: Exploration): string =>
  `${name}, fault ${kind}: ${schedules} schedules, ${equivalent} cut as equivalent, ${exhaustive ? "all covered" : "the rest not covered"}`

const verdict = Effect.fnUntraced(function* (
  { name }: Race,
  kind: FaultKind,
  path: string,
  violations: ReadonlyArray<Violation>
) {
  if (violations.length === 0) return yield* Console.log("holds")
  for (const { guarantee, facts } of violations) yield* Console.log(`  broken: ${guarantee}: ${facts}`)
  yield* Console.log(`  again: npm start -- explore --race "${name}" --fault ${kind} --schedule "${path}"`)
  return yield* new ScheduleBroken({ race: name })
})
