/** Stories: what many users do, and what goes wrong meanwhile, as data that depends on a seed alone. */
import type { Button } from "../core/button.ts"
import type { Openid } from "../core/openid.ts"
import type { Input } from "./action.ts"
import { type Chance, chanceFrom } from "./chance.ts"
import { type Fault, faultAfter, type FaultName } from "./faults.ts"

/** One thing that a user does. `server`: where WeChat's message goes, unless that server is down. */
export interface Act {
  readonly _tag: "Act"
  readonly user: Openid
  readonly input: Input
  readonly server: number
}

/**
 * One thing of a story: its number, by which it can be played again without the others, and its time in milliseconds from the
 * beginning.
 */
export interface Deed {
  readonly number: number
  readonly atMillis: number
  readonly what: Act | Fault
}

export interface StoryOptions {
  readonly seed: number
  readonly users: number
  readonly servers: number
  readonly faults: ReadonlyArray<FaultName>
  /** How many times the usual rate faults come at; 1 when absent. */
  readonly faultRate?: number
}

/** The endless story of a seed. What a user does does not depend on what became of it: a part of a story is a story. */
function* storyOf(options: StoryOptions): Generator<Deed, never> {
  const chance = chanceFrom(`story/${options.seed}/${options.users}/${options.servers}`)
  const faultChance = chanceFrom(`faults/${options.seed}/${options.faults.join()}`)
  const people = Array.from({ length: options.users }, (_, place) => new Person(place, options, chance))
  const gapMillis = meanThinkMillis / options.users
  let number = 0
  for (let now = 0; ; now += -Math.log(1 - chance.nextDoubleUnsafe()) * gapMillis) {
    const person = people[Math.floor(chance.nextDoubleUnsafe() * people.length)]
    if (person === undefined || person.silentUntilMillis > now) continue
    for (const { afterMillis, ...act } of person.act(now)) {
      yield { number: number++, atMillis: now + afterMillis, what: { _tag: "Act", ...act } }
      const fault = faultAfter(act.user, options, faultChance)
      if (fault !== undefined) yield { number: number++, atMillis: now + afterMillis, what: fault }
    }
  }
}

/** The story up to its last step; a step is one action of a user. */
export function* storyOfSteps(options: StoryOptions, steps: number): Generator<Deed> {
  let acts = 0
  for (const deed of storyOf(options)) {
    if (deed.what._tag === "Act" && ++acts > steps) return
    yield deed
  }
}

/** These deeds of the story alone. */
export function* storyOfOnly(options: StoryOptions, numbers: ReadonlySet<number>): Generator<Deed> {
  let last = -1
  for (const number of numbers) last = Math.max(last, number)
  for (const deed of storyOf(options)) {
    if (deed.number > last) return
    if (numbers.has(deed.number)) yield deed
  }
}

/** The words of a line, which no other line has: who wrote it, and the number of the deed is not needed to find it again. */
export const lineOf = (user: Openid, count: number): string => `${user}.${count}`

/** The writer of a line; undefined: these are not the words of a line. */
export const writerOf = (words: string): Openid | undefined =>
  linePattern.test(words) ? (words.slice(0, words.indexOf(".")) as Openid) : undefined

/** The users whom some words name. */
export const namesIn = (words: string): ReadonlyArray<Openid> =>
  (words.match(/\bu\d+\b/gu) ?? []).map((name) => name as Openid)

const linePattern = /^u\d+\.\d+$/

/** How long a user waits from one action to the next, on average. */
const meanThinkMillis = 6_000

/** A user who goes silent does so for longer than a simulated pair may be idle, or for less. */
const longestSilenceMillis = 400_000

/** How long somebody stays away who has unfollowed the account. */
const longestAwayMillis = 60_000

/** Two clicks of one finger. */
const doubleClickMillis = 300

/** Lines of a burst follow each other in this time. */
const burstMillis = 700

interface TimedAct extends Omit<Act, "_tag"> {
  readonly afterMillis: number
}

type Mood = "apart" | "talking" | "unfollowed"

/** One user: acts at random, with the habits of somebody who wants to talk. */
class Person {
  silentUntilMillis = 0
  readonly #openid: Openid
  readonly #home: number
  readonly #servers: number
  readonly #chance: Chance
  #mood: Mood = "apart"
  #lines = 0

  constructor(place: number, { servers }: StoryOptions, chance: Chance) {
    this.#openid = `u${place}` as Openid
    this.#home = place % servers
    this.#servers = servers
    this.#chance = chance
  }

  act(now: number): ReadonlyArray<TimedAct> {
    switch (this.#mood) {
      case "unfollowed":
        this.#mood = "apart"
        return [this.#does({ _tag: "Follow" })]
      case "apart":
        return this.#pick<ReadonlyArray<TimedAct>>([
          [82, () => this.#look("配对")],
          [6, () => this.#look("更换")],
          [5, () => [this.#press("状态")]],
          [4, () => [this.#say()]],
          [3, () => [this.#press("退出")]]
        ])
      case "talking":
        return this.#pick<ReadonlyArray<TimedAct>>([
          [52, () => [this.#say()]],
          [6, () => this.#burst()],
          [6, () => [this.#press("状态")]],
          // A user who does not know whether the partner is still there presses it as well.
          [16, () => this.#look("配对")],
          [6, () => this.#look("更换")],
          [6, () => this.#leave()],
          [5, () => this.#fallSilent(now)],
          [1, () => this.#unfollow(now)],
          [1, () => [this.#press("关于")]]
        ])
    }
  }

  #pick<A>(ways: ReadonlyArray<readonly [weight: number, go: () => A]>): A {
    const total = ways.reduce((sum, [weight]) => sum + weight, 0)
    let left = this.#chance.nextDoubleUnsafe() * total
    const way = ways.find(([weight]) => (left -= weight) < 0) ?? ways[0]
    if (way === undefined) throw new Error("a person needs a way to go")
    return way[1]()
  }

  #look(button: "配对" | "更换"): ReadonlyArray<TimedAct> {
    this.#mood = "talking"
    const first = this.#press(button)
    if (this.#chance.nextDoubleUnsafe() >= doubleClickShare) return [first]
    // The balancer may lead the second click to another server.
    const server = this.#anyServer()
    const afterMillis = this.#chance.nextDoubleUnsafe() * doubleClickMillis
    return [first, { ...this.#press(button), server, afterMillis }]
  }

  #leave(): ReadonlyArray<TimedAct> {
    this.#mood = "apart"
    return [this.#press("退出")]
  }

  #burst(): ReadonlyArray<TimedAct> {
    const lines = 2 + Math.floor(this.#chance.nextDoubleUnsafe() * 5)
    return Array.from({ length: lines }, (_, place) => ({
      ...this.#say(),
      afterMillis: (place * burstMillis) / lines
    }))
  }

  #fallSilent(now: number): ReadonlyArray<TimedAct> {
    this.silentUntilMillis = now + this.#chance.nextDoubleUnsafe() * longestSilenceMillis
    return [this.#say()]
  }

  #unfollow(now: number): ReadonlyArray<TimedAct> {
    this.#mood = "unfollowed"
    this.silentUntilMillis = now + this.#chance.nextDoubleUnsafe() * longestAwayMillis
    return [this.#does({ _tag: "Unfollow" })]
  }

  #say(): TimedAct {
    return this.#does({ _tag: "Say", text: lineOf(this.#openid, this.#lines++) })
  }

  #press(button: Button): TimedAct {
    return this.#does({ _tag: "Press", button })
  }

  // As behind a balancer that hashes on the user: nearly always the same server.
  #does(input: Input): TimedAct {
    const server = this.#chance.nextDoubleUnsafe() < elsewhereShare ? this.#anyServer() : this.#home
    return { user: this.#openid, input, server, afterMillis: 0 }
  }

  #anyServer(): number {
    return Math.floor(this.#chance.nextDoubleUnsafe() * this.#servers)
  }
}

const doubleClickShare = 0.05
const elsewhereShare = 0.05
