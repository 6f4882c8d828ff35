import type { Violation } from "./invariants.ts"
import { type Faults, judgeAlways, judgeAtRest } from "./judge.ts"
import type { Operation } from "./operation.ts"
import type { FaultKind, Race, RaceStep } from "./race.ts"
import { World } from "./world.ts"

/** A run that does not come to rest is a violation of its own. */
export const neverEnds: Violation = { guarantee: "everything comes to rest", facts: "a run did not end" }

/** More operations than this in one run mean that it goes in circles. */
export const mostStepsInARun = 3_000

/** How long the world is left alone before the last actions: every lease runs out, and sweeps repair. */
const restSeconds = 25

/** Something that can happen next in a run. */
export interface Choice {
  readonly kind: "proceed" | "loseAnswer" | "drop" | "kill" | "evict"
  /** Of an operation, a server or a thread. */
  readonly id: number
  readonly operation?: Operation
}

/** One run of a race, driven choice by choice. */
export class RaceRun {
  readonly world: World
  readonly #race: Race
  readonly #fault: FaultKind
  readonly #places: Array<number>
  readonly #underWay = new Map<number, { readonly isOver: () => boolean }>()
  /** Killed in this run: what a user had sent there before is never answered, also if the server is started again. */
  readonly #killed = new Set<number>()
  #faultMade = false
  #evicted = false

  constructor(race: Race, fault: FaultKind) {
    this.#race = race
    this.#fault = fault
    this.world = new World({ servers: race.servers, seed: race.name, ...race.options })
    for (const step of race.before) {
      this.#begin(step)
      this.#settle()
    }
    this.#places = race.threads.map(() => 0)
    this.#beginThreads()
  }

  choices(): ReadonlyArray<Choice> {
    const world = this.world
    // Time passes only when nothing else can happen.
    for (let rings = 0; rings < mostStepsInARun && this.#isStuck(); rings += 1) {
      if (!world.machine.ringNext()) break
      this.#beginThreads()
    }
    const proceed = world.pending.map((operation): Choice => ({
      kind: "proceed",
      id: operation.id,
      operation
    }))
    const evictions = this.#race.threads.flatMap((thread, id): ReadonlyArray<Choice> =>
      thread[this.#places[id] ?? 0]?._tag === "Evict" ? [{ kind: "evict", id }] : []
    )
    return [...proceed, ...evictions, ...this.#faults()]
  }

  make(choice: Choice): ReadonlyArray<Violation> {
    const world = this.world
    switch (choice.kind) {
      case "kill":
        this.#faultMade = true
        this.#killed.add(choice.id)
        world.kill(choice.id)
        break
      case "evict":
        this.#evict(choice.id)
        break
      default:
        if (choice.kind !== "proceed") this.#faultMade = true
        if (choice.operation !== undefined) world.end(choice.operation, choice.kind)
    }
    this.#beginThreads()
    return judgeAlways(world, this.#judgedFaults)
  }

  /** Lets the world come to rest, has everybody act once more, and judges. */
  finish(): ReadonlyArray<Violation> {
    const world = this.world
    this.#settle()
    for (let server = 0; server < world.serverCount; server += 1)
      if (!world.isAlive(server)) world.start(server)
    for (let second = 0; second < restSeconds; second += 1) {
      world.machine.advance(1_000)
      world.sweep(second % world.serverCount)
      this.#settle()
    }
    for (const action of world.actions) world.giveUp(action)
    const leavers = new Set(
      world.actions.flatMap(({ user, input }) => (input._tag === "Unfollow" ? [user] : []))
    )
    const followers = this.#race.users.filter((user) => !leavers.has(user))
    for (const [place, user] of followers.entries()) {
      const action = world.act(user, { _tag: "Press", button: "状态" }, 0)
      const isOver = () => action.answeredAtMillis !== undefined
      this.#underWay.set(this.#race.threads.length + place, { isOver })
      this.#settle()
    }
    return world.pending.length > 0 ? [neverEnds] : judgeAtRest(world, followers, this.#judgedFaults)
  }

  get #judgedFaults(): Faults {
    return { crashes: this.#faultMade, evictions: this.#evicted }
  }

  #faults(): ReadonlyArray<Choice> {
    if (this.#fault === "none" || this.#faultMade) return []
    const { pending } = this.world
    if (this.#fault === "crash") {
      return [...new Set(pending.map(({ server }) => server))].map((id) => ({ kind: "kill", id }))
    }
    const kind = this.#fault === "lostAnswer" ? "loseAnswer" : "drop"
    return pending.map((operation) => ({ kind, id: operation.id, operation }))
  }

  #isStuck(): boolean {
    return this.world.pending.length === 0 && [...this.#underWay.values()].some(({ isOver }) => !isOver())
  }

  /** Begins the next step of each thread whose last step is over. */
  #beginThreads(): void {
    this.#race.threads.forEach((thread, id) => {
      for (;;) {
        const place = this.#places[id] ?? 0
        const step = thread[place]
        if (step === undefined || step._tag === "Evict" || this.#underWay.get(id)?.isOver() === false) return
        this.#places[id] = place + 1
        this.#underWay.set(id, { isOver: this.#begin(step) })
      }
    })
  }

  #begin(step: RaceStep): () => boolean {
    const world = this.world
    switch (step._tag) {
      case "Act": {
        const action = world.act(step.user, step.input, step.server)
        return () => action.answeredAtMillis !== undefined || this.#killed.has(step.server)
      }
      case "Sweep":
        world.sweep(step.server)
        return () => true
      case "Pass":
        world.machine.advance(step.millis)
        return () => true
      case "Evict":
        world.store.evict(step.key)
        return () => true
    }
  }

  #evict(thread: number): void {
    const place = this.#places[thread] ?? 0
    const step = this.#race.threads[thread]?.[place]
    this.#places[thread] = place + 1
    if (step?._tag === "Evict") this.world.store.evict(step.key)
    this.#evicted = true
  }

  #settle(): void {
    for (let steps = 0; steps < mostStepsInARun; steps += 1) {
      const [next] = this.world.pending
      if (next !== undefined) this.world.end(next, "proceed")
      else if (!this.#isStuck() || !this.world.machine.ringNext()) return
    }
  }
}
