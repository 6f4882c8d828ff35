import { type ChildProcess, fork } from "node:child_process"
import { fileURLToPath } from "node:url"
import { Effect, type Scope } from "effect"
import { nodeFlags } from "./node-flags.ts"
import type { Order, People, Round } from "./contender.ts"

/** How a worker makes pairs: as the service does; as the peer does; or as memcached does what the service asks of it. */
export type Way = "ours" | "redis" | "limit"

/** A worker process. */
export interface Worker {
  readonly press: (people: People, inFlight: number) => Effect.Effect<Round>
  readonly order: (order: Exclude<Order, { readonly _tag: "Press" }>) => Effect.Effect<void>
}

const program = fileURLToPath(new URL("pairing-worker.ts", import.meta.url))

/** Starts a worker process that makes pairs in the given way; its scope ends it. */
export const startWorker = (way: Way, port: number): Effect.Effect<Worker, never, Scope.Scope> =>
  Effect.gen(function* () {
    const child = yield* Effect.acquireRelease(
      Effect.promise(async () => {
        const started = fork(program, [way, String(port)], { execArgv: [...nodeFlags] })
        await answerOf(started)
        return started
      }),
      (running) => Effect.sync(() => running.kill("SIGKILL"))
    )
    const ask = (order: Order) =>
      Effect.promise(() => {
        const answer = answerOf(child)
        child.send(order)
        return answer
      })
    return {
      press: (people, inFlight) =>
        Effect.map(ask({ _tag: "Press", ...people, inFlight }), (round) => round as Round),
      order: (order) => Effect.asVoid(ask(order))
    }
  })

/** The next message of a worker; a worker that ends instead breaks the benchmark. */
const answerOf = (child: ChildProcess) =>
  new Promise<unknown>((resolve, reject) => {
    const onExit = () => reject(new Error("a worker process ended too early"))
    child.once("exit", onExit)
    child.once("message", (answer) => {
      child.off("exit", onExit)
      resolve(answer)
    })
  })
