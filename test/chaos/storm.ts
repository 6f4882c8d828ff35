/** The storm: people who act at random, and what is broken meanwhile, both from one seed. */
import { Effect, Random } from "effect"
import { forget, storedKeys } from "./forgetting.ts"
import type { Fault, History } from "./history.ts"
import { lineWords, notices } from "./notices.ts"
import type { Bringing, Stage } from "./stage.ts"

export interface StormOptions {
  readonly people: number
  readonly millis: number
  readonly seed: string
}

/** Runs the storm to its end; everything is whole again, and everybody has finished what they began. */
export const storm = (stage: Stage, options: StormOptions): Effect.Effect<void> =>
  Effect.gen(function* () {
    const until = stage.history.now() + options.millis
    const people = Array.from({ length: options.people }, (_, who) => who)
    yield* Effect.all(
      [
        Random.withSeed(breaking(stage, until), `${options.seed} faults`),
        watchMachine(stage.history, until),
        ...people.map((who) => Random.withSeed(person(stage, who, until), `${options.seed} p${who}`))
      ],
      { concurrency: "unbounded", discard: true }
    )
  })

/** A person acts, waits for the answers, thinks, and acts again. */
const person = Effect.fnUntraced(function* (stage: Stage, who: number, until: number) {
  let lines = 0
  const nextLine = Effect.map(Random.next, (chance) => {
    lines += 1
    return lineWords(who, lines, chance < longShare ? longCharacters : 0)
  })
  yield* Effect.sleep(yield* Random.nextIntBetween(0, 1_500))
  while (stage.history.now() < until) {
    const what = yield* pick(believesPaired(stage.history, who) ? habits.paired : habits.alone)
    const repeat: Bringing =
      (yield* Random.next) < repeatedShare ? { againAfterMillis: yield* Random.nextIntBetween(0, 1_500) } : {}
    switch (what) {
      case "line":
        yield* stage.say(who, yield* nextLine, repeat)
        break
      case "burst": {
        const count = yield* Random.nextIntBetween(2, 8)
        const burst = yield* Effect.replicateEffect(nextLine, count)
        yield* Effect.forEach(
          burst,
          (words, place) => Effect.delay(stage.say(who, words, { inBurst: true }), place * burstPauseMillis),
          { concurrency: "unbounded", discard: true }
        )
        break
      }
      case "double 配对":
      case "double 更换":
      case "double 退出":
        yield* doubleClick(stage, who, what.slice("double ".length), yield* Random.nextBoolean)
        break
      default:
        yield* stage.click(who, what, repeat)
    }
    const pause = (yield* Random.next) < awayShare ? awayMillis : thinkMillis
    yield* Effect.sleep(yield* Random.nextIntBetween(pause.least, pause.most))
  }
})

/** Two clicks at once on two servers: as one event that came twice, or as two of their own. */
const doubleClick = (stage: Stage, who: number, button: string, asOne: boolean) => {
  if (asOne) return Effect.asVoid(stage.click(who, button, { againAfterMillis: 0 }))
  return Effect.all([stage.click(who, button), stage.click(who, button, { server: stage.homeOf(who) + 1 })], {
    concurrency: "unbounded",
    discard: true
  })
}

/** What people do, and how often, by what they believe. */
const habits = {
  alone: [
    [45, "配对"],
    [10, "double 配对"],
    [6, "更换"],
    [4, "double 更换"],
    [5, "退出"],
    [8, "状态"],
    [12, "line"],
    [3, "burst"]
  ],
  paired: [
    [45, "line"],
    [20, "burst"],
    [6, "配对"],
    [3, "double 配对"],
    [5, "更换"],
    [3, "double 更换"],
    [4, "退出"],
    [2, "double 退出"],
    [8, "状态"]
  ]
} as const

/** By the last thing that was said to them about it. */
const believesPaired = (history: History, who: number): boolean => {
  const last = history.received
    .filter((one) => one.who === who)
    .flatMap(({ text }) => notices(text))
    .findLast((notice) => notice !== "kept")
  return last === "pairMade" || last === "statusPaired"
}

/** How many messages WeChat brings to a second server although nothing was wrong. */
const repeatedShare = 0.15
const burstPauseMillis = 4
/** Some lines are so long that few of them fit into one message. */
const longShare = 0.1
const longCharacters = 400
const thinkMillis = { least: 200, most: 2_000 }
/** Now and then somebody looks away, and somebody else waits. */
const awayShare = 0.08
const awayMillis = { least: 3_000, most: 9_000 }

const pick = <A>(weighted: ReadonlyArray<readonly [weight: number, value: A]>) =>
  Effect.map(Random.next, (chance) => {
    let rest = chance * weighted.reduce((sum, [weight]) => sum + weight, 0)
    return (weighted.find(([weight]) => (rest -= weight) < 0) ?? weighted[0])?.[1] as A
  })

/** Breaks one thing after the other, and mends it. */
const breaking = Effect.fnUntraced(function* (stage: Stage, until: number) {
  const { history, memcached, servers } = stage
  yield* Effect.sleep(quietMillis)
  const first = yield* Random.nextIntBetween(0, faultPlan.length)
  for (let turn = first; history.now() + calmMillis < until; turn += 1) {
    const kind = faultPlan[turn % faultPlan.length] ?? "server killed"
    const server =
      kind === "memcached restarted" ? undefined : yield* Random.nextIntBetween(0, servers.length - 1)
    const victim = server === undefined ? undefined : servers[server]
    // Open-ended while it lasts, so that nobody is blamed meanwhile.
    const startedAt = history.now()
    const note = (): Fault => ({ kind, server, startedAt, endedAt: history.now() + settleMillis[kind] })
    switch (kind) {
      case "server killed":
        if (victim === undefined) break
        yield* victim.kill
        yield* Effect.sleep(yield* Random.nextIntBetween(100, 1_500))
        yield* victim.start
        break
      case "server stopped":
        if (victim === undefined) break
        yield* victim.pause
        yield* Effect.sleep(stopMillis)
        yield* victim.resume
        break
      case "memcached stopped":
        yield* memcached.pause
        yield* Effect.sleep(yield* Random.nextIntBetween(100, stopMillis))
        yield* memcached.resume
        break
      case "memcached forgot": {
        const keys = yield* Random.shuffle(yield* storedKeys(memcached))
        yield* forget(memcached, keys.slice(0, Math.ceil(keys.length * forgottenShare)))
        break
      }
      case "memcached restarted":
        yield* memcached.kill
        yield* Effect.sleep(yield* Random.nextIntBetween(50, 800))
        yield* memcached.start
    }
    history.faults.push(note())
    yield* Effect.sleep(yield* Random.nextIntBetween(betweenFaultsMillis.least, betweenFaultsMillis.most))
  }
})

const faultPlan: ReadonlyArray<Exclude<Fault["kind"], "machine slow">> = [
  "server killed",
  "server stopped",
  "server killed",
  "memcached restarted",
  "memcached forgot",
  "server killed",
  "memcached stopped"
]
/** How many of all items memcached loses at once. */
const forgottenShare = 0.15
const stopMillis = 2_000
/** The storm begins and ends with a time in which nothing is broken, and the judge excuses nothing. */
const quietMillis = 4_500
const calmMillis = 6_500
const betweenFaultsMillis = { least: 500, most: 2_000 }

/** How long after the mending the fault can still be felt: connections are made anew, what was held up is worked off. */
const settleMillis: Record<Fault["kind"], number> = {
  "server killed": 500,
  "server stopped": 2_500,
  "memcached restarted": 2_000,
  "memcached stopped": 2_000,
  "memcached forgot": 500,
  "machine slow": 0
}

const lookEveryMillis = 50
const slowMillis = 300

/** Notes when this process itself was held up: then others on this machine were as well. */
const watchMachine = Effect.fnUntraced(function* (history: History, until: number) {
  let before = history.now()
  while (before < until) {
    yield* Effect.sleep(lookEveryMillis)
    const now = history.now()
    if (now - before > slowMillis) {
      history.faults.push({
        kind: "machine slow",
        server: undefined,
        startedAt: before,
        endedAt: now + slowMillis
      })
    }
    before = now
  }
})
