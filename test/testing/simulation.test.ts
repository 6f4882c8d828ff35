import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { Memcached } from "../../src/memcached/memcached.ts"
import { type FaultName, faultNames } from "../../src/testing/faults.ts"
import { report } from "../../src/testing/simulation-report.ts"
import type { SimulationOptions } from "../../src/testing/simulation-result.ts"
import { type Extent, runSimulation } from "../../src/testing/simulation-run.ts"

const printed = (options: SimulationOptions, extent: Extent) => {
  const told: Array<string> = []
  const lines = report(
    options,
    runSimulation({ ...options, tell: (at, words) => told.push(`${at} ${words}`) }, extent)
  )
  return [...told, ...lines].join("\n")
}

type Planted = NonNullable<SimulationOptions["plant"]>

/** Several writers win at once: design, rules 1 and 3. */
const blindWrites: Planted = (memcached) =>
  Memcached.of({
    ...memcached,
    cas: (key, value, version, ttl) =>
      key.startsWith("s:") || key.startsWith("room:")
        ? Effect.as(memcached.set(key, value, ttl), true)
        : memcached.cas(key, value, version, ttl)
  })

/** What was put into a mailbox is gone, and nobody says so. */
const leakyMailbox: Planted = (memcached) =>
  Memcached.of({
    ...memcached,
    add: (key, value, ttl) =>
      key.startsWith("mail:") ? Effect.succeed(true) : memcached.add(key, value, ttl)
  })

/** What was taken out of a mailbox stays there. */
const stickyMailbox: Planted = (memcached) =>
  Memcached.of({
    ...memcached,
    delete: (key, version) =>
      key.startsWith("mail:") ? Effect.succeed(true) : memcached.delete(key, version)
  })

/** A room stays open although it was closed: the partner hears nothing and goes on. */
const roomsStayOpen: Planted = (memcached) =>
  Memcached.of({
    ...memcached,
    cas: (key, value, version, ttl) =>
      key.startsWith("room:") && value.includes('"Closed"')
        ? Effect.succeed(true)
        : memcached.cas(key, value, version, ttl)
  })

/** Nobody is ever listed in the lobby, and nobody looks again. */
const lobbyForgets: Planted = (memcached) =>
  Memcached.of({
    ...memcached,
    add: (key, value, ttl) => (key === "lobby" ? Effect.succeed(true) : memcached.add(key, value, ttl))
  })

/** Whoever ends a search that ran out believes to have done it. */
const searchesGoOn: Planted = (memcached) =>
  Memcached.of({
    ...memcached,
    cas: (key, value, version, ttl) =>
      value.includes('"expired"') ? Effect.succeed(true) : memcached.cas(key, value, version, ttl)
  })

/** Whoever wants to tell some news finds the session changed, every time. */
const newsUntold: Planted = (memcached) =>
  Memcached.of({
    ...memcached,
    cas: (key, value, version, ttl) =>
      key.startsWith("s:") && value.includes('"tellingUntilMillis"')
        ? Effect.succeed(false)
        : memcached.cas(key, value, version, ttl)
  })

describe("the simulation", () => {
  const small: SimulationOptions = { seed: 7, users: 40, servers: 3, faults: faultNames, faultRate: 5 }

  it.each([small, { ...small, users: 7, servers: 2 }, { ...small, seed: 8, users: 90, servers: 1 }])(
    "tells the same story to the byte for the same seed, %o",
    (options) => {
      const first = printed(options, { steps: 600 })
      assert.strictEqual(printed(options, { steps: 600 }), first)
      assert.notStrictEqual(printed({ ...options, seed: options.seed + 100 }, { steps: 600 }), first)
    }
  )

  it.prop(
    "keeps every guarantee in small stories with many faults",
    [
      Schema.Natural.check(Schema.isLessThanOrEqualTo(1_000_000)),
      Schema.Int.check(Schema.isBetween({ minimum: 2, maximum: 60 })),
      Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 4 })),
      Schema.Array(Schema.Literals(faultNames))
    ],
    ([seed, users, servers, chosen]) => {
      const faults = faultNames.filter((name) => chosen.includes(name))
      const options = { seed, users, servers, faults, faultRate: 5 }
      const run = runSimulation(options, { steps: 300 })
      assert.isUndefined(run.failure, report(options, run).join("\n"))
    },
    // The same stories each time, until fresh ones have held in thousands: of 200, one raised a false alarm on 2026-11-24, mended since;
    // an alarm that comes and goes is worse than none. STORIES_SEED tells others.
    { arbitrary: { runs: 15, seed: Number(process.env["STORIES_SEED"] ?? 20_261_122) } }
  )

  it.each([
    ["searches that nobody ends", searchesGoOn],
    ["the end of a search that nobody tells", newsUntold]
  ] as const)("finds %s, and shrinks the story to somebody who looks", (_, plant) => {
    const options = { ...small, users: 3, faults: [], plant }
    const run = runSimulation(options, { steps: 600 })
    const { failure } = run
    assert.strictEqual(failure?.violations[0]?.guarantee, "nobody waits past the deadline")
    const again = "--seed 7 --users 3 --servers 3 --faults none --fault-rate 5 --only "
    assert.include(report(options, run).at(-1), again)
    assert.isAtMost(failure?.deeds.length ?? 0, 2)
  })

  it("takes nobody for waiting in a room that a server made and died, before anybody relied on it", () => {
    const options: SimulationOptions = { seed: 4, users: 300, servers: 3, faults: faultNames }
    const run = runSimulation(options, { only: new Set([3_019, 3_025]) })
    assert.strictEqual(run.result.faults.get("crash"), 1)
    assert.isUndefined(run.failure, report(options, run).join("\n"))
  })

  it("makes the faults that it is told to make, and no others", () => {
    for (const fault of ["lost", "dropped", "crash", "evict"] satisfies ReadonlyArray<FaultName>) {
      const { result } = runSimulation({ ...small, faults: [fault] }, { steps: 500 })
      assert.deepStrictEqual([...result.faults.keys()], [fault])
    }
  })

  it("pairs people and passes their lines on", () => {
    const { result } = runSimulation({ ...small, faults: [] }, { steps: 2_000 })
    assert.isAbove(result.pairs, 100)
    assert.isAbove(result.lines.arrived, 500)
    assert.isAbove(result.lines.kept, 20)
    assert.isBelow(result.medianMillis ?? Number.POSITIVE_INFINITY, 1_000)
  })

  it.each([
    ["blind writes", blindWrites, 12],
    ["a mailbox that loses what it is given", leakyMailbox, 16],
    ["a mailbox that keeps what it gave", stickyMailbox, 16],
    ["rooms that stay open", roomsStayOpen, 6],
    ["a lobby that forgets", lobbyForgets, 4]
  ] as const)("finds %s, and shrinks the story to a handful of deeds", (_, plant, most) => {
    const options: SimulationOptions = { ...small, seed: 8, faults: [], plant }
    const { failure } = runSimulation(options, { steps: 3_000 })
    assert.isDefined(failure)
    assert.isAtMost(failure.deeds.length, most)
    const only = new Set(failure.deeds.map(({ number }) => number))
    const { result } = runSimulation(options, { only })
    assert.deepStrictEqual(result.violations, failure.violations)
  })
})
