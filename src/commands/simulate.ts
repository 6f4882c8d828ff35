import { Console, Effect, Option, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import { numbersIn } from "../testing/deed-numbers.ts"
import { type FaultName, faultNames } from "../testing/faults.ts"
import type { Extent } from "../testing/simulation-run.ts"
import { type SimulationOutcome, type SimulationTask, youngMegabytes } from "./simulation-worker.ts"
import { fromThread } from "./thread.ts"

/** The simulated service broke a guarantee: exit code 1, after the report was printed. */
export class GuaranteeBroken extends Schema.TaggedError<GuaranteeBroken>()("GuaranteeBroken", {
  guarantee: Schema.String
}) {
  override get message() {
    return `broken: ${this.guarantee}`
  }
}

/** So that the seed is written as it was given, and a user has a partner. */
const bounds = {
  seed: [0, Number.MAX_SAFE_INTEGER],
  users: [2, 100_000],
  steps: [1, 100_000_000],
  servers: [1, 16],
  "fault-rate": [1, 100]
} as const

const count = (name: keyof typeof bounds, preset: number, meaning: string) => {
  const [least, most] = bounds[name]
  return Flag.Int(name).pipe(
    Flag.filter(
      (value) => value >= least && value <= most,
      () => `from ${least} to ${most}`
    ),
    Flag.withDescription(`${meaning}; ${preset} without`),
    Flag.withDefault(preset)
  )
}

const faults = Flag.String("faults").pipe(
  Flag.filterMap(
    (list) => readFaults(list),
    () => `all, none, or some of ${faultNames.join(",")}`
  ),
  Flag.withMetavar("NAMES"),
  Flag.withDescription(
    `What goes wrong: all, none, or some of ${faultNames.join(",")} separated by commas; all without. ` +
      "lost: answers of operations; dropped: operations; crash: servers; evict: single items; flush: all items; skew: clocks"
  ),
  Flag.withDefault([...faultNames] as ReadonlyArray<FaultName>)
)

const only = Flag.String("only").pipe(
  Flag.filterMap(
    (list) => Option.fromUndefinedOr(numbersIn(list)),
    () => "numbers of deeds separated by commas, or ranges of them, such as 1-17,19"
  ),
  Flag.withMetavar("DEEDS"),
  Flag.withDescription(
    "Play these deeds of the story alone, as a failure prints them, and tell what everybody does and reads"
  ),
  Flag.optional
)

export const simulateCommand = Command.make(
  "simulate",
  {
    seed: count("seed", 1, "Which story"),
    users: count("users", 1_000, "How many people"),
    steps: count("steps", 100_000, "How many actions of theirs"),
    servers: count("servers", 3, "How many servers"),
    faults,
    faultRate: count("fault-rate", 1, "How many times the usual rate faults come at"),
    only
  },
  Effect.fnUntraced(function* ({ steps, only, ...options }) {
    const extent: Extent = Option.match(only, {
      onNone: () => ({ steps }),
      onSome: (deeds) => ({ only: deeds })
    })
    const { lines, broken } = yield* playBeside({ options, extent })
    yield* Console.log(lines.join("\n"))
    if (broken !== undefined) return yield* new GuaranteeBroken({ guarantee: broken })
  })
).pipe(
  Command.withDescription(
    "A seeded story of many users on the production chat code, in virtual time and with faults, judged as it goes. The same " +
      "flags print the same. Exit code 1 when a guarantee is broken, with the shortest part of the story that breaks it"
  )
)

const playBeside = (task: SimulationTask) =>
  fromThread<SimulationOutcome>(new URL("./simulation-worker.ts", import.meta.url), task, {
    maxYoungGenerationSizeMb: youngMegabytes
  })

const readFaults = (list: string): Option.Option<ReadonlyArray<FaultName>> => {
  if (list === "all") return Option.some([...faultNames])
  if (list === "none") return Option.some([])
  const names = list.split(",")
  return names.every((name) => faultNames.some((known) => known === name))
    ? Option.some(faultNames.filter((name) => names.includes(name)))
    : Option.none()
}
