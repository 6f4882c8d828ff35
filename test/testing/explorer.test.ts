import { assert, describe, it } from "@effect/vitest"
import { explore, replay } from "../../src/testing/explorer.ts"
import type { FaultKind, Race } from "../../src/testing/race.ts"
import { type Choice, RaceRun } from "../../src/testing/race-run.ts"
import { races } from "../../src/testing/races.ts"
import type { World } from "../../src/testing/world.ts"

/**
 * How many schedules of each race are run here: a sample, but for the smallest races; `npm start -- explore` goes on.
 */
const mostSchedules: Readonly<Record<FaultKind, number>> = {
  none: 20,
  crash: 20,
  lostAnswer: 20,
  dropped: 20
}

/** With one preemption at the most: a sample too, but for the smallest races; the latest preemptions come first. */
const mostPreempted = 100

describe("the explorer finds no schedule that breaks a guarantee", () => {
  for (const fault of ["none", "crash", "lostAnswer", "dropped"] as const) {
    for (const race of races) {
      it(`${race.name}, fault: ${fault}`, () => {
        const { failure, schedules, exhaustive } = explore(race, {
          fault,
          mostSchedules: mostSchedules[fault]
        })
        assert.deepStrictEqual(failure, undefined)
        assert.isTrue(
          exhaustive || schedules > mostSchedules[fault] / 4,
          `only ${schedules} schedules were run`
        )
      })
    }
  }
})

describe("what else is wrong", () => {
  const race = named("both look, on one server")
  /** Nobody is ever told of a pair: wrong in every run. */
  const judge = ({ followers }: World) =>
    followers.received.flatMap(({ by, content }) =>
      content._tag === "Text" && content.text.includes("已配对成功")
        ? [{ guarantee: "nobody is told", facts: by }]
        : []
    )

  it("is found by a judge of one's own, and again by the replay with the same", () => {
    const { failure } = explore(race, { fault: "none", mostSchedules: 5, judge })
    assert.strictEqual(failure?.violations[0]?.guarantee, "nobody is told")
    const { schedule = "", violations } = failure ?? {}
    assert.deepStrictEqual(replay(race, "none", schedule, judge), violations)
    assert.deepStrictEqual(replay(race, "none", schedule), [])
  })
})

describe("nor does one with a single preemption", () => {
  for (const race of races) {
    it(`${race.name}, fault: none`, () => {
      const options = { fault: "none", mostSchedules: mostPreempted, mostPreemptions: 1 } as const
      const { failure, schedules, exhaustive } = explore(race, options)
      assert.deepStrictEqual(failure, undefined)
      assert.isTrue(exhaustive || schedules === mostPreempted)
    })
  }

  it("without a preemption one thread runs after the other; with one, those runs are among the others", () => {
    const race = named("leave against relay")
    const runs = (mostPreemptions: number) => {
      const found = new Set<string>()
      explore(race, {
        fault: "none",
        mostSchedules: mostPreempted,
        mostPreemptions,
        onSchedule: (schedule) => found.add(schedule)
      })
      return found
    }
    const [without, withOne] = [runs(0), runs(1)]
    // Ann first, or Bob.
    assert.strictEqual(without.size, 2)
    assert.isTrue([...without].every((schedule) => withOne.has(schedule)))
    assert.isAbove(withOne.size, without.size)
  })
})

describe("a fault at each operation in turn, everything else in plain order, breaks no guarantee", () => {
  for (const fault of ["crash", "lostAnswer", "dropped"] as const) {
    for (const race of races) {
      it(`${race.name}, fault: ${fault}`, () => {
        let operations = 0
        for (let at = 0; ; at += 1) {
          const { happened, violations } = runWithFaultAt(race, fault, at)
          if (!happened) break
          operations += 1
          assert.deepStrictEqual(violations, [], `${fault} at operation ${at}`)
        }
        assert.isAbove(operations, 5)
      })
    }
  }
})

describe("the reductions leave nothing out", () => {
  for (const name of [
    "double click on two servers",
    "evict a session against relay",
    "two sweeps of one deadline"
  ]) {
    it(`${name}: chance finds no outcome that the explorer did not`, () => {
      const race = named(name)
      const found = new Set<string>()
      const explored = explore(race, {
        fault: "none",
        mostSchedules: 1_000,
        onRun: (world) => found.add(outcomeOf(world))
      })
      assert.isTrue(explored.exhaustive)
      for (let seed = 1; seed <= 60; seed += 1) {
        const outcome = outcomeOf(runByChance(race, seed))
        assert.isTrue(found.has(outcome), `seed ${seed} came to ${outcome}`)
      }
    })
  }
})

it("a schedule that was printed runs again, choice by choice", () => {
  const race = named("look against leave")
  let schedule = ""
  explore(race, {
    fault: "none",
    mostSchedules: 3,
    onRun: () => undefined,
    onSchedule: (s) => (schedule = s)
  })
  assert.isAbove(schedule.split(" ").length, 20)
  assert.deepStrictEqual(replay(race, "none", schedule), [])
  assert.strictEqual(replay(race, "none", `${schedule} p99999`)[0]?.guarantee, "a schedule can be replayed")
})

const named = (name: string): Race => {
  const race = races.find((one) => one.name === name)
  if (race === undefined) throw new Error(`no race ${name}`)
  return race
}

/** What everybody saw, in order: room names differ between schedules, this does not. */
const outcomeOf = (world: World): string =>
  [...new Set(world.followers.received.map(({ by }) => by))]
    .toSorted()
    .map((user) => {
      const seen = world.followers.received.filter(({ by }) => by === user)
      return `${user}: ${seen.map(({ content }) => (content._tag === "Text" ? content.text : content._tag)).join(" / ")}`
    })
    .join("\n")

/** One run in which a seeded die makes every choice. */
const runByChance = (race: Race, seed: number): World => {
  const run = new RaceRun(race, "none")
  let state = seed
  for (let choices = run.choices(); choices.length > 0; choices = run.choices()) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    const choice = choices[Math.floor((state / 2_147_483_648) * choices.length)]
    if (choice !== undefined) run.make(choice)
  }
  run.finish()
  return run.world
}

/** One run in plain order in which the fault hits the operation that is next at step `at`; it may end before that. */
const runWithFaultAt = (race: Race, fault: FaultKind, at: number) => {
  const run = new RaceRun(race, fault)
  let happened = false
  let step = 0
  for (let choices = run.choices(); choices.length > 0; choices = run.choices()) {
    const [next] = choices
    if (next === undefined) break
    const hit = step === at ? choices.find((one) => isFaultOf(one, next)) : undefined
    happened ||= hit !== undefined
    const broken = run.make(hit ?? next)
    if (broken.length > 0) return { happened, violations: broken }
    step += 1
  }
  return { happened, violations: run.finish() }
}

/** Whether a choice is the fault that hits the operation of another: the end of its server, or of its answer. */
const isFaultOf = (one: Choice, next: Choice): boolean =>
  one.kind === "kill" ? one.id === next.operation?.server : one.kind !== "proceed" && one.id === next.id
