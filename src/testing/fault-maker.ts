/** Makes the faults of a story happen in a world, and tells the judge whom they touch. */
import type { Openid } from "../core/openid.ts"
import type { Session } from "../core/session.ts"
import { keys } from "../chat/keys.ts"
import type { Evictable, Fault, FaultName, Target } from "./faults.ts"
import type { Operation } from "./operation.ts"
import type { RunningJudge } from "./running-judge.ts"
import { readSession } from "./state-history.ts"
import type { World } from "./world.ts"

type Fate = "proceed" | "loseAnswer" | "drop"

/** A fault that waits for its operation. */
interface Armed {
  readonly fate: Exclude<Fate, "proceed">
  skip: number
}

export class FaultMaker {
  /** How many faults of each kind took place. */
  readonly made = new Map<FaultName, number>()
  readonly underWay = new Set<Operation>()
  readonly #world: World
  readonly #judge: RunningJudge
  /** By the name of the target that they wait for. */
  readonly #armed = new Map<string, ReadonlyArray<Armed>>()

  constructor(world: World, judge: RunningJudge) {
    this.#world = world
    this.#judge = judge
  }

  make(fault: Fault): void {
    const world = this.#world
    switch (fault._tag) {
      case "LoseAnswer":
        this.#arm(fault.target, { fate: "loseAnswer", skip: fault.skip })
        break
      case "Drop":
        this.#arm(fault.target, { fate: "drop", skip: fault.skip })
        break
      case "Kill":
        this.#kill(fault.server, fault.restartMillis)
        break
      case "Evict":
        this.#evict(fault.item, fault.user)
        break
      case "Flush":
        this.#count("flush")
        this.#flush()
        break
      case "SetClock":
        this.#count("skew")
        world.setClock(fault.server, fault.skewMillis)
        // What is under way there may have used up its time at once, and is answered by push.
        this.#judge.suspectActing(fault.server)
        this.#judge.suspectShared()
        break
    }
  }

  /** How an operation that begins now will end. */
  fateOf(operation: Operation): Fate {
    if (this.#armed.size === 0) return "proceed"
    const { actor, server } = operation
    for (const whom of [nameOf({ server }), actor.slice(0, actor.indexOf("#"))]) {
      const waiting = this.#armed.get(whom) ?? []
      for (const armed of waiting) armed.skip -= 1
      const due = waiting.find(({ skip }) => skip < 0)
      if (due === undefined) continue
      this.#disarm(whom, due)
      this.#count(due.fate === "drop" ? "dropped" : "lost")
      this.#suspectOperation(operation)
      return due.fate
    }
    return "proceed"
  }

  ended(operation: Operation): void {
    this.underWay.delete(operation)
  }

  /** Nothing goes wrong any more, and what was stopped runs again. */
  end(): void {
    this.#armed.clear()
    for (let server = 0; server < this.#world.serverCount; server += 1) {
      this.#world.setClock(server, 0)
      if (!this.#world.isAlive(server)) this.#world.start(server)
    }
  }

  #arm(target: Target, armed: Armed): void {
    const whom = nameOf(target)
    this.#armed.set(whom, [...(this.#armed.get(whom) ?? []), armed])
  }

  #disarm(whom: string, armed: Armed): void {
    const left = this.#armed.get(whom)?.filter((other) => other !== armed) ?? []
    if (left.length > 0) this.#armed.set(whom, left)
    else this.#armed.delete(whom)
  }

  #count(name: FaultName): void {
    this.made.set(name, (this.made.get(name) ?? 0) + 1)
  }

  #kill(server: number, restartMillis: number): void {
    const world = this.#world
    if (!world.isAlive(server)) return
    this.#count("crash")
    for (const operation of this.underWay) if (operation.server === server) this.#suspectOperation(operation)
    this.#judge.suspectActing(server)
    this.#judge.suspectShared()
    world.kill(server)
    world.machine.at(world.machine.now + restartMillis, () => {
      if (!world.isAlive(server)) world.start(server)
    })
  }

  #evict(item: Evictable, user: Openid): void {
    const key = this.#keyOf(item, user)
    if (key === undefined) return
    if (item !== "lobby") this.#judge.suspect(user)
    this.#judge.suspectItem(key)
    this.#judge.forgets(key)
    if (!this.#world.store.evict(key)) return
    this.#count("evict")
    this.#judge.written(key)
  }

  #keyOf(item: Evictable, user: Openid): string | undefined {
    switch (item) {
      case "session":
        return keys.session(user)
      case "room": {
        const room = this.#sessionOf(user)?.room
        return room === undefined ? undefined : keys.room(room)
      }
      case "mail":
        return keys.mail(user)
      case "quota":
        return keys.quota(user)
      case "met": {
        const partner = this.#sessionOf(user)?.partner
        return partner === undefined ? undefined : keys.met(user, partner)
      }
      case "lobby":
        return keys.lobby
    }
  }

  #sessionOf(user: Openid): Session | undefined {
    return readSession(this.#world.store, user, this.#world.machine.now)
  }

  #flush(): void {
    const gone = this.#world.store.keys()
    this.#world.store.flush()
    this.#judge.forgets()
    this.#judge.suspectEverybody()
    this.#judge.suspectShared()
    for (const key of gone) this.#judge.written(key)
  }

  /** Everybody for whose sake an operation is made, or whose item it touches. The queue of a server belongs to all who act on it. */
  #suspectOperation({ actor, key, server }: Operation): void {
    const [user = "", action] = actor.split("#")
    if (action === undefined || user === "sweep") {
      this.#judge.suspectActing(server)
      this.#judge.suspectShared()
    } else this.#judge.suspect(user as Openid)
    this.#judge.suspectItem(key)
  }
}

const nameOf = (target: Target): string => ("server" in target ? `server ${target.server}` : target.user)
