/** The simulation: a story of many users on the production chat code, in virtual time, judged as it goes. */
import { sweepEveryMillis } from "../chat/sweeper.ts"
import type { Openid } from "../core/openid.ts"
import { attemptMillis, mostAttempts } from "../wechat/attempts.ts"
import type { Action } from "./action.ts"
import { FaultMaker } from "./fault-maker.ts"
import {
  nobodyWaitsInVain,
  oneOpenPair,
  pairsAreTwo,
  pairsMirror,
  peopled,
  type Violation
} from "./invariants.ts"
import { type Latency, latencyFrom } from "./latency.ts"
import type { Operation } from "./operation.ts"
import { RunningJudge } from "./running-judge.ts"
import type { SimulationOptions, SimulationResult } from "./simulation-result.ts"
import { snapshot } from "./state-history.ts"
import { type Act, type Deed, namesIn } from "./story.ts"
import { restMillis } from "./suspicions.ts"
import { tellDeed, wordsOf } from "./telling.ts"
import { World } from "./world.ts"

/** Plays deeds of a story, in the order of their numbers, from the first to the last, or to the first violation. */
export const simulate = (options: SimulationOptions, deeds: Iterable<Deed>): SimulationResult =>
  new Simulation(options).run(deeds)

class Simulation {
  readonly #options: SimulationOptions
  readonly #world: World
  readonly #judge: RunningJudge
  readonly #faults: FaultMaker
  readonly #cast = new Set<Openid>()
  readonly #unfollowed = new Set<Openid>()
  readonly #latency: Latency
  readonly #begunMillis: number
  #operations = 0
  #steps = 0
  #deeds = 0
  /** Deeds that stand in the calendar. */
  #ahead = 0
  #lastDeed = 0

  constructor(options: SimulationOptions) {
    if (!(options.servers >= 1)) throw new RangeError(`a story needs servers, not ${options.servers}`)
    this.#options = options
    this.#world = new World({
      servers: options.servers,
      seed: String(options.seed),
      chatIdleTimeoutMillis,
      ...(options.plant === undefined ? {} : { plant: options.plant }),
      witness: {
        acts: (action) => this.#judge.acts(action),
        begun: (operation) => this.#begun(operation),
        answered: (action) => this.#judge.hears(action),
        received: (received) => {
          this.#tell(() => `${received.by} reads ${wordsOf(received.content)}`)
          options.received?.(received)
          this.#judge.sees(received)
        },
        written: (key) => this.#judge.written(key)
      }
    })
    const { machine, store } = this.#world
    this.#begunMillis = machine.now
    this.#latency = latencyFrom(options.seed, options.slowShare)
    this.#judge = new RunningJudge(store, () => machine.now)
    this.#faults = new FaultMaker(this.#world, this.#judge)
  }

  run(deeds: Iterable<Deed>): SimulationResult {
    for (const deed of deeds) {
      if (this.#deeds + this.#ahead === 0) this.#begin(deed)
      this.#ahead += 1
      this.#world.machine.at(this.#begunMillis + deed.atMillis, () => this.#do(deed))
      this.#passTo(this.#begunMillis + deed.atMillis - lookaheadMillis)
      if (this.#judge.violations.length > 0) return this.#result(this.#judge.violations)
    }
    this.#pass(lookaheadMillis + restMillis)
    return this.#result(this.#epilogue())
  }

  /** The world begins shortly before the first deed, on a whole minute of the story. */
  #begin({ atMillis }: Deed): void {
    const { machine } = this.#world
    machine.now += Math.floor(atMillis / tidyEveryMillis) * tidyEveryMillis
    for (let server = 0; server < this.#world.serverCount; server += 1) this.#sweepEverySecond(server)
    this.#tidyEveryMinute()
  }

  #do({ number, what }: Deed): void {
    this.#ahead -= 1
    this.#deeds += 1
    this.#lastDeed = Math.max(this.#lastDeed, number)
    this.#tell(() => `#${number} ${tellDeed(what)}`)
    if (what._tag === "Act") this.#act(what, number)
    else this.#faults.make(what)
  }

  #act({ user, input, server }: Act, id: number): void {
    this.#steps += 1
    this.#cast.add(user)
    if (input._tag === "Unfollow") this.#unfollowed.add(user)
    else this.#unfollowed.delete(user)
    this.#send(user, input, server, id)
  }

  #send(user: Openid, input: Act["input"], server: number, id: number): void {
    const action = this.#world.act(user, input, this.#aliveFrom(server), id)
    this.#world.machine.at(this.#world.machine.now + attemptMillis, () => this.#sendAgain(action))
  }

  /** WeChat sends a message again when no answer comes in time, wherever the balancer leads. */
  #sendAgain(action: Action): void {
    if (action.answeredAtMillis !== undefined) return
    if (action.attempts === mostAttempts) {
      this.#world.giveUp(action)
      return this.#judge.gaveUp(action)
    }
    this.#world.attempt(action, this.#aliveFrom(action.server + 1))
    this.#world.machine.at(this.#world.machine.now + attemptMillis, () => this.#sendAgain(action))
  }

  #aliveFrom(server: number): number {
    const { serverCount } = this.#world
    for (let place = server; place < server + serverCount; place += 1) {
      if (this.#world.isAlive(place % serverCount)) return place % serverCount
    }
    return server % serverCount
  }

  #begun(operation: Operation): void {
    this.#operations += 1
    const { machine } = this.#world
    const fate = this.#faults.fateOf(operation)
    if (fate !== "proceed")
      this.#tell(() => `${fate} of ${operation.name} ${operation.key} for ${operation.actor}`)
    machine.at(machine.now + this.#latency(operation, machine.now), () => {
      this.#faults.ended(operation)
      this.#world.end(operation, fate)
    })
    this.#faults.underWay.add(operation)
  }

  #sweepEverySecond(server: number): void {
    const { machine } = this.#world
    machine.at(machine.now + sweepEveryMillis, () => {
      this.#world.sweep(server)
      if (server === 0) this.#judge.checkWaiting()
      this.#sweepEverySecond(server)
    })
  }

  #tidyEveryMinute(): void {
    const { machine, store } = this.#world
    machine.at(machine.now + tidyEveryMillis, () => {
      store.removeExpired(machine.now)
      this.#judge.check()
      this.#tidyEveryMinute()
    })
  }

  #passTo(millis: number): void {
    const { machine } = this.#world
    if (millis > machine.now) machine.advance(millis - machine.now)
  }

  #pass(millis: number): void {
    this.#passTo(this.#world.machine.now + millis)
  }

  #tell(words: () => string): void {
    this.#options.tell?.(this.#world.machine.now - this.#begunMillis, words())
  }

  /** Faults stop, time passes, everybody asks once, and all has to be well. */
  #epilogue(): ReadonlyArray<Violation> {
    this.#faults.end()
    this.#pass(restMillis)
    let id = firstEpilogueId
    for (const user of this.#cast) {
      if (!this.#unfollowed.has(user)) this.#send(user, { _tag: "Press", button: "状态" }, 0, (id += 1))
      this.#pass(askEveryMillis)
    }
    this.#pass(restMillis)
    this.#judge.check()
    const now = this.#world.machine.now
    const state = snapshot(this.#world.store, now)
    return [
      ...this.#judge.violations,
      ...pairsAreTwo(state),
      ...oneOpenPair(peopled(state)),
      ...pairsMirror(state, now),
      ...nobodyWaitsInVain(state, now)
    ]
  }

  #result(violations: ReadonlyArray<Violation>): SimulationResult {
    const judge = this.#judge
    return {
      steps: this.#steps,
      answered: judge.answered,
      unanswered: judge.unanswered,
      pairs: judge.pairs.made,
      lines: judge.lines.counts,
      faults: this.#faults.made,
      refusedPushes: this.#world.followers.refusedPushes,
      operations: this.#operations,
      medianMillis: judge.waits.quantile(0.5),
      p99Millis: judge.waits.quantile(0.99),
      virtualSeconds: Math.round((this.#world.machine.now - this.#begunMillis) / 1_000),
      violations: [...violations],
      company: this.#judge.companyOf(violations.flatMap(({ facts }) => namesIn(facts))),
      deeds: this.#deeds,
      lastDeed: this.#lastDeed
    }
  }
}

const tidyEveryMillis = 60_000

/** Short, so that pairs that fall silent are seen to end. */
const chatIdleTimeoutMillis = 180_000

/** How far ahead of the deeds of others a user's deeds may be told. */
const lookaheadMillis = 1_000

/** At the end everybody asks, one after the other. */
const askEveryMillis = 5

/** Above every number of a deed. */
const firstEpilogueId = 2 ** 40
