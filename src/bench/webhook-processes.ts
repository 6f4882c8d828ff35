/** The processes of the webhook benchmark: the servers, WeChat's API, and who sends the messages. Their scopes end them. */
import { type ChildProcess, fork } from "node:child_process"
import { tmpdir } from "node:os"
import { fileURLToPath } from "node:url"
import { Effect, type Scope } from "effect"
import { nodeFlags } from "./node-flags.ts"
import { freePort } from "./server-process.ts"
import { account, type MessageMode } from "./webhook-callback.ts"
import type { Load, LoadOrder, Memory } from "./webhook-order.ts"

/** A server under load. */
export interface ServerUnderLoad {
  readonly port: number
  /** In microseconds: the processor time it has used so far. */
  readonly processorMicros: Effect.Effect<number>
  readonly memory: Effect.Effect<Memory>
}

export interface ApiStandIn {
  readonly port: number
  readonly pushes: Effect.Effect<number>
}

/** The service as people run it, with its settings in the environment. */
export const ourService = Effect.fnUntraced(function* (
  mode: MessageMode,
  memcachedPort: number,
  apiPort: number
) {
  const port = yield* freePort
  const child = yield* started("../main.ts", ["serve"], {
    HOST: "127.0.0.1",
    PORT: String(port),
    WECHAT_TOKEN: account.token,
    WECHAT_APP_ID: account.appId,
    WECHAT_APP_SECRET: account.appSecret,
    WECHAT_API_URL: `http://127.0.0.1:${apiPort}`,
    ...(mode === "safe" ? { WECHAT_ENCODING_AES_KEY: account.aesKey } : {}),
    MEMCACHED_SERVERS: `127.0.0.1:${memcachedPort}`,
    DATABASE_URL: "sqlite::memory:",
    LINK_SECRET: "secretOfTheLinksThatTheBenchmarkDoesNotMake",
    LOG_LEVEL: "warn"
  })
  yield* ready(port)
  return serverOf(child, port)
})

export const wechatPeer = Effect.fnUntraced(function* (mode: MessageMode, memcachedPort: number) {
  const child = yield* started("webhook-peer.ts", [mode, String(memcachedPort)])
  return serverOf(child, yield* portOf(child))
})

/** Node's server alone; with the port of an API it pushes what it gets, and answers when that was taken. */
export const bareServer = Effect.fnUntraced(function* (apiPort?: number) {
  const child = yield* started("webhook-limit.ts", apiPort === undefined ? [] : ["relay", String(apiPort)])
  return serverOf(child, yield* portOf(child))
})

export const apiStandIn: Effect.Effect<ApiStandIn, never, Scope.Scope> = Effect.gen(function* () {
  const child = yield* started("webhook-api.ts", [], {}, [])
  return { port: yield* portOf(child), pushes: Effect.map(asked(child, "pushes"), Number) }
})

/** Carries out one order at a time. */
export const loadGenerator: Effect.Effect<(order: LoadOrder) => Effect.Effect<Load>, never, Scope.Scope> =
  Effect.gen(function* () {
    const child = yield* started("webhook-load.ts", [], {}, [])
    yield* Effect.promise(() => answerOf(child))
    return (order: LoadOrder) => Effect.map(asked(child, order), (load) => load as Load)
  })

const serverOf = (child: ChildProcess, port: number): ServerUnderLoad => ({
  port,
  processorMicros: Effect.map(asked(child, "processor"), Number),
  memory: Effect.map(asked(child, "memory"), (memory) => memory as Memory)
})

const probe = fileURLToPath(new URL("webhook-probe.ts", import.meta.url))

const started = (
  program: string,
  flags: ReadonlyArray<string>,
  settings: Readonly<Record<string, string>> = {},
  probing = ["--expose-gc", "--import", probe]
) =>
  Effect.acquireRelease(
    Effect.sync(() =>
      fork(fileURLToPath(new URL(program, import.meta.url)), flags, {
        // The peer is of an age that warns of itself.
        execArgv: ["--no-deprecation", ...nodeFlags, ...probing],
        env: { PATH: process.env["PATH"], ...settings },
        // Outside of the repository, where no `.env` adds settings.
        cwd: tmpdir(),
        stdio: ["ignore", "ignore", "inherit", "ipc"]
      })
    ),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )

const asked = (child: ChildProcess, question: LoadOrder | string) =>
  Effect.promise(() => {
    const answer = answerOf(child)
    child.send(question)
    return answer
  })

/** A server's first message is its address. */
const portOf = (child: ChildProcess) =>
  Effect.map(
    Effect.promise(() => answerOf(child)),
    (address) => (address as { readonly port: number }).port
  )

/** The next message of a process; one that ends instead breaks the benchmark. */
const answerOf = (child: ChildProcess) =>
  new Promise<unknown>((resolve, reject) => {
    const onExit = () => reject(new Error(`${child.spawnargs.at(-1)} ended too early`))
    child.once("exit", onExit)
    child.once("message", (answer) => {
      child.off("exit", onExit)
      resolve(answer)
    })
  })

const readyPauseMillis = 50

const ready = (port: number): Effect.Effect<void> =>
  Effect.promise(() =>
    fetch(`http://127.0.0.1:${port}/readyz`).then(
      (response) => response.ok,
      () => false
    )
  ).pipe(
    Effect.flatMap((isReady) =>
      isReady
        ? Effect.void
        : Effect.andThen(
            Effect.sleep(readyPauseMillis),
            Effect.suspend(() => ready(port))
          )
    )
  )
