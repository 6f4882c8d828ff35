/** A real memcached on 127.0.0.1, started by the test and ended with its scope. */
import { type ChildProcess, spawn } from "node:child_process"
import { randomInt } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import { connect, createServer } from "node:net"
import { setTimeout } from "node:timers/promises"
import { Effect, type Scope } from "effect"

export interface Address {
  readonly host: string
  readonly port: number
}

export interface MemcachedProcess extends Address {
  /** Asks it to end, as an operator does. */
  readonly stop: Effect.Effect<void>
  /** SIGKILL. */
  readonly kill: Effect.Effect<void>
  /** On the same port, empty. */
  readonly start: Effect.Effect<void>
  /** SIGSTOP: connections stay, answers do not come. */
  readonly pause: Effect.Effect<void>
  readonly resume: Effect.Effect<void>
}

const host = "127.0.0.1"
const startAttempts = 200
const attemptPauseMillis = 20

/** Runs until the scope ends; `extraArguments` go to memcached. */
export const memcachedProcess = (
  extraArguments: ReadonlyArray<string> = []
): Effect.Effect<MemcachedProcess, never, Scope.Scope> =>
  Effect.gen(function* () {
    const port = yield* freePort
    let child: ChildProcess | undefined

    const end = (signal: "SIGTERM" | "SIGKILL") =>
      Effect.promise(async () => {
        const running = child
        child = undefined
        if (running === undefined || running.exitCode !== null || running.signalCode !== null) return
        const ended = new Promise((resolve) => running.once("exit", resolve))
        running.kill(signal)
        // A stopped process takes no SIGTERM.
        running.kill("SIGCONT")
        await ended
      })
    const start = Effect.promise(async () => {
      // Without -u it would refuse to run as root.
      const user = process.getuid?.() === 0 ? ["-u", "root"] : []
      const started = spawn(
        "memcached",
        ["-l", host, "-p", String(port), "-U", "0", "-t", "2", ...user, ...extraArguments],
        { stdio: "ignore" }
      )
      child = started
      started.once("error", () => {})
      await accepting(port, started)
    })
    const signal = (name: "SIGSTOP" | "SIGCONT") => Effect.sync(() => void child?.kill(name))

    yield* Effect.acquireRelease(start, () => end("SIGKILL"))
    return {
      host,
      port,
      start,
      stop: end("SIGTERM"),
      kill: end("SIGKILL"),
      pause: Effect.andThen(
        signal("SIGSTOP"),
        Effect.promise(() => stopped(child?.pid))
      ),
      resume: signal("SIGCONT")
    }
  })

/** Waits until each thread of a process stands still: on a busy machine one that runs elsewhere answers for a while after the signal. */
const stopped = async (pid: number | undefined): Promise<void> => {
  if (pid === undefined) return
  const stands = (thread: string) =>
    / T /.test(readFileSync(`/proc/${pid}/task/${thread}/stat`, "utf8").replace(/\(.*\)/, ""))
  for (let attempt = 0; attempt < startAttempts; attempt += 1) {
    if (readdirSync(`/proc/${pid}/task`).every(stands)) return
    // oxlint-disable-next-line no-await-in-loop -- one look after another
    await setTimeout(1)
  }
  throw new Error("memcached did not stop")
}

/**
 * Ports below those that the system hands out by itself (from 32,768 on), so that nobody else gets one between the look and the start of
 * whoever listens there. Each worker has its own.
 */
const firstPort = 10_000
const portsOfWorker = 2_000
const mostWorkers = 10
const worker = Number(process.env["VITEST_POOL_ID"] ?? 0) % mostWorkers
let portsTried = randomInt(portsOfWorker)

/** A port on which nothing listens. */
export const freePort: Effect.Effect<number> = Effect.promise(async () => {
  for (let looks = 0; looks < portsOfWorker; looks += 1) {
    portsTried += 1
    const port = firstPort + worker * portsOfWorker + (portsTried % portsOfWorker)
    // oxlint-disable-next-line no-await-in-loop -- one look after another
    if (await isFree(port)) return port
  }
  throw new Error("no port is free")
})

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once("error", () => resolve(false))
    server.listen(port, host, () => server.close(() => resolve(true)))
  })

const accepting = async (port: number, child: ChildProcess): Promise<void> => {
  for (let attempt = 0; attempt < startAttempts; attempt += 1) {
    if (child.exitCode !== null || child.pid === undefined) break
    // oxlint-disable-next-line no-await-in-loop -- one attempt after another
    if (await accepts(port)) return
    // oxlint-disable-next-line no-await-in-loop -- one attempt after another
    await setTimeout(attemptPauseMillis)
  }
  throw new Error(`memcached did not start on port ${port}; is the package memcached installed?`)
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, host, () => {
      socket.destroy()
      resolve(true)
    })
    socket.once("error", () => resolve(false))
  })
