import {
  Clock,
  Context,
  DateTime,
  Effect,
  type Exit,
  Layer,
  Random,
  References,
  Scheduler,
  Scope
} from "effect"
import { Campus } from "../chat/campus.ts"
import { chatLayer } from "../chat/chat-layer.ts"
import { Inbox } from "../chat/inbox.ts"
import { Sweeper } from "../chat/sweeper.ts"
import { Tease } from "../chat/tease.ts"
import { Reports } from "../chat/reports.ts"
import { hourMillis } from "../core/durations.ts"
import type { Openid } from "../core/openid.ts"
import { Memcached } from "../memcached/memcached.ts"
import { oneByOne } from "../memcached/one-by-one.ts"
import { MemoryStore } from "../memcached/memory-store.ts"
import { defaults } from "../setting-values.ts"
import { WeChatApi } from "../wechat/api.ts"
import { type Action, buttonOf, incoming, type Input, triggerOf } from "./action.ts"
import { chanceFrom } from "./chance.ts"
import { Actor, type BegunOperation, gated, gatedMemcached, type Operation } from "./operation.ts"
import { pushUnanswered, SimulatedFollowers } from "./simulated-followers.ts"
import { StateHistory } from "./state-history.ts"
import { VirtualMachine } from "./virtual-machine.ts"
import type { Witness } from "./witness.ts"

export interface WorldOptions {
  readonly servers: number
  readonly seed: string
  readonly pairingTimeoutMillis?: number
  readonly chatIdleTimeoutMillis?: number
  readonly delivery?: "active" | "passive"
  /** By how much the clock of each server is wrong, in milliseconds. */
  readonly skewMillis?: ReadonlyArray<number>
  /** Breaks memcached on purpose, as the servers see it. */
  readonly plant?: (memcached: Memcached["Service"]) => Memcached["Service"]
  /** Hears what happens. The world then keeps no record of it, so that it can go on for ever. */
  readonly witness?: Witness
}

/** A running server, or a killed one, of which nothing goes on. */
interface SimulatedServer {
  readonly incarnation: number
  readonly context: Context.Context<Inbox | Sweeper>
  alive: boolean
}

/**
 * Users, servers running the production chat code, one memcached in memory, and a clock. Nothing happens by itself: the driver
 * of the world lets users act, ends the operations that are under way, and moves the time.
 */
export class World {
  readonly machine = new VirtualMachine()
  readonly store = new MemoryStore()
  readonly followers: SimulatedFollowers
  readonly history = new StateHistory()
  readonly actions: Array<Action> = []
  /** The operations under way, oldest first. */
  readonly pending: Array<Operation> = []

  readonly #options: WorldOptions
  readonly #servers: Array<SimulatedServer> = []
  readonly #memcached: Memcached["Service"]
  readonly #skewMillis: Array<number>
  /** Ends the newest attempt of an unanswered action, as WeChat does after it has waited long enough. */
  readonly #hangUps = new Map<Action, () => void>()
  #operations = 0

  constructor(options: WorldOptions) {
    this.#options = options
    this.#skewMillis = [...(options.skewMillis ?? [])]
    this.followers = new SimulatedFollowers(() => this.machine.now, options.witness?.received)
    const trueClock = Context.make(Clock.Clock, this.machine.clock())
    this.#memcached = Effect.runSync(
      Effect.provideContext(Effect.provide(Memcached, Memcached.layerStore(this.store)), trueClock)
    )
    for (let server = 0; server < options.servers; server += 1) this.start(server)
  }

  get serverCount(): number {
    return this.#options.servers
  }

  isAlive(server: number): boolean {
    return this.#servers[server]?.alive === true
  }

  /** Starts a server, anew after it was killed. */
  start(server: number): void {
    const incarnation = (this.#servers[server]?.incarnation ?? 0) + 1
    const running: SimulatedServer = { incarnation, context: this.#build(server, incarnation), alive: true }
    this.#servers[server] = running
  }

  /** Kills a server at this instruction: its operations under way stay as they are, and nothing more is heard of it. */
  kill(server: number): void {
    const running = this.#servers[server]
    if (running === undefined) return
    running.alive = false
    const left = this.pending.filter((operation) => operation.server !== server)
    this.pending.splice(0, this.pending.length, ...left)
  }

  /** By how much the clock of a server is wrong from here on, in milliseconds. */
  setClock(server: number, skewMillis: number): void {
    this.#skewMillis[server] = skewMillis
  }

  /** Ends an operation that is under way, and lets everybody go on until they wait for something again. */
  end(operation: Operation, how: "proceed" | "loseAnswer" | "drop"): void {
    const { witness } = this.#options
    if (witness === undefined) {
      const place = this.pending.indexOf(operation)
      if (place < 0) return
      this.pending.splice(place, 1)
    } else if (!operation.isAwaited()) return
    operation[how]()
    this.machine.drain()
    if (!operation.writes || how === "drop") return
    if (witness === undefined) this.history.observe(this.store, operation.key, this.machine.now)
    else witness.written(operation.key)
  }

  /** Lets a user act; `server` is where WeChat sends the message. `id`: unlike that of any other action. */
  act(user: Openid, input: Input, server: number, id = this.actions.length): Action {
    const action: Action = { id, user, input, server, attempts: 0, begunAtMillis: this.machine.now }
    if (this.#options.witness === undefined) this.actions.push(action)
    else this.#options.witness.acts(action)
    if (input._tag === "Unfollow") this.followers.unfollowed(user)
    else this.followers.acted(user, triggerOf(input), buttonOf(action))
    this.attempt(action, server)
    return action
  }

  /** Sends an action to a server, again where no answer came to the last attempt: the answer to the newest one counts. */
  attempt(action: Action, server: number): void {
    const { id, user } = action
    action.server = server
    action.attempts += 1
    const attempt = action.attempts
    const work = Effect.flatMap(Inbox, (inbox) => inbox.answer(incoming(action)))
    this.#hangUps.get(action)?.()
    const hangUp = this.#run(server, `${user}#${id}`, work, (exit) => {
      if (action.attempts !== attempt || action.givenUpAtMillis !== undefined) return
      this.#hangUps.delete(action)
      action.answeredAtMillis = this.machine.now
      if (exit._tag === "Success") action.answer = exit.value
      this.followers.answered(user, action.answer, id, buttonOf(action))
      this.#options.witness?.answered(action)
    })
    if (action.answeredAtMillis === undefined) this.#hangUps.set(action, hangUp)
  }

  /** WeChat gives up an action that was not answered: it hangs up, and does not send it again. */
  giveUp(action: Action): void {
    if (action.answeredAtMillis !== undefined || action.givenUpAtMillis !== undefined) return
    action.givenUpAtMillis = this.machine.now
    this.followers.unanswered(action.user, buttonOf(action))
    this.#hangUps.get(action)?.()
    this.#hangUps.delete(action)
    this.machine.drain()
  }

  /** Has a server sweep once. */
  sweep(server: number): void {
    const work = Effect.flatMap(Sweeper, (sweeper) => Effect.ignore(sweeper.sweep))
    this.#run(server, `sweep#${this.#operations}`, work, () => undefined)
  }

  #run<A>(
    server: number,
    actor: string,
    work: Effect.Effect<A, never, Inbox | Sweeper>,
    ended: (exit: Exit.Exit<A>) => void
  ): () => void {
    const running = this.#servers[server]
    if (running?.alive !== true) return () => undefined
    const interrupt = Effect.runCallbackWith(running.context)(Effect.provideService(work, Actor, actor), {
      onExit: (exit) => {
        if (running.alive) ended(exit)
      }
    })
    this.machine.drain()
    return () => {
      if (running.alive) interrupt()
    }
  }

  #build(server: number, incarnation: number): SimulatedServer["context"] {
    const options = this.#options
    const isAwaited = () => {
      const running = this.#servers[server]
      return running?.incarnation === incarnation && running.alive
    }
    const gate = (begun: BegunOperation) => {
      if (!isAwaited()) return
      const operation = { ...begun, id: this.#operations++, isAwaited }
      if (options.witness === undefined) this.pending.push(operation)
      else options.witness.begun(operation)
    }
    const api = WeChatApi.layerMemory((to, message) =>
      gated(
        gate,
        { server, name: "push", key: to, writes: true },
        this.followers.push(to, message),
        pushUnanswered
      )
    )
    const waiting = gatedMemcached(this.#memcached, server, gate)
    const memcached = options.plant?.(waiting) ?? waiting
    const layer = chatLayer({
      pairingTimeoutMillis: options.pairingTimeoutMillis ?? defaults.pairingTimeoutMillis,
      chatIdleTimeoutMillis: options.chatIdleTimeoutMillis ?? defaults.chatIdleTimeoutMillis,
      timeZone: DateTime.zoneMakeOffset(shanghaiOffsetMillis),
      weChat: { delivery: options.delivery ?? "active" }
    }).pipe(
      Layer.provide([api, Campus.layerNone, Reports.layerMemory, Tease.layerNone]),
      // Several operations at once go the way of the single ones, which a plant may have replaced.
      Layer.provide(Layer.succeed(Memcached, oneByOne(memcached)))
    )
    const base = Context.make(
      Clock.Clock,
      // Otherwise what a killed server left waiting for time would go on for ever.
      this.machine.clock(() => this.#skewMillis[server] ?? 0, isAwaited)
    ).pipe(
      Context.add(Random.Random, chanceFrom(`${options.seed}/${server}/${incarnation}`)),
      Context.add(References.MinimumLogLevel, "None" as const),
      Context.add(Scheduler.Scheduler, this.machine.scheduler)
    )
    let built: Context.Context<Inbox | Sweeper> | undefined
    // The scope is never closed: a killed server tidies nothing up, and a world is dropped as a whole.
    Effect.runCallbackWith(base)(Layer.buildWithScope(layer, Scope.makeUnsafe()), {
      onExit: (exit) => {
        if (exit._tag === "Success") built = Context.merge(base, exit.value)
      }
    })
    this.machine.drain()
    if (built === undefined) throw new Error("a simulated server could not be built")
    return built
  }
}

const shanghaiOffsetMillis = 8 * hourMillis
