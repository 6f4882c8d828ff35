/** A real server process that can be killed, stopped for a while, and started again on its port. */
import { type ChildProcess, spawn } from "node:child_process"
import { request } from "node:http"
import { fileURLToPath } from "node:url"
import { Effect, type Scope } from "effect"
import { freePort } from "../memcached/memcached-process.ts"

export interface ServerProcess {
  readonly port: number
  /** Until it can serve. */
  readonly start: Effect.Effect<void>
  /** SIGKILL. */
  readonly kill: Effect.Effect<void>
  /** SIGSTOP: connections stay, answers do not come. */
  readonly pause: Effect.Effect<void>
  readonly resume: Effect.Effect<void>
  /** What it logged, over all its lives. */
  readonly log: () => string
}

const host = "127.0.0.1"
const root = fileURLToPath(new URL("../../", import.meta.url))
const readyPauseMillis = 50
/** A start takes a second; this machine may be busy. */
const readyAttempts = 600
const logKeptCharacters = 200_000

/** Runs until the scope ends. */
export const serverProcess = (
  variables: Readonly<Record<string, string>>
): Effect.Effect<ServerProcess, never, Scope.Scope> =>
  Effect.gen(function* () {
    const port = yield* freePort
    let child: ChildProcess | undefined
    let log = ""

    const kill = Effect.promise(async () => {
      const running = child
      child = undefined
      if (running === undefined || running.exitCode !== null || running.signalCode !== null) return
      const ended = new Promise((resolve) => running.once("exit", resolve))
      running.kill("SIGKILL")
      await ended
    })

    const start = Effect.gen(function* () {
      const started = spawn(process.execPath, [`${root}src/main.ts`, "serve"], {
        cwd: `${root}test/chaos`,
        env: { PATH: process.env["PATH"], ...variables, HOST: host, PORT: String(port) },
        stdio: ["ignore", "pipe", "pipe"]
      })
      child = started
      const keep = (chunk: Buffer) => {
        log = (log + chunk.toString("utf8")).slice(-logKeptCharacters)
      }
      started.stdout.on("data", keep)
      started.stderr.on("data", keep)
      for (let attempt = 0; attempt < readyAttempts; attempt += 1) {
        if (started.exitCode !== null) break
        if (yield* isReady(port)) return
        yield* Effect.sleep(readyPauseMillis)
      }
      return yield* Effect.die(new Error(`the server did not start:\n${log}`))
    })
    const signal = (name: "SIGSTOP" | "SIGCONT") => Effect.sync(() => void child?.kill(name))

    yield* Effect.acquireRelease(start, () => kill)
    return { port, start, kill, pause: signal("SIGSTOP"), resume: signal("SIGCONT"), log: () => log }
  })

const isReady = (port: number): Effect.Effect<boolean> =>
  Effect.callback<boolean>((resume) => {
    const asked = request({ host, port, path: "/healthz", agent: false }, (response) => {
      response.resume()
      resume(Effect.succeed(response.statusCode === 200))
    })
    asked.once("error", () => resume(Effect.succeed(false)))
    asked.end()
  })
