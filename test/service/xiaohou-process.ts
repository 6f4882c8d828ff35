/** The commands as an operator runs them: real processes with an environment of their own. */
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { Effect, type Scope } from "effect"

export const projectFolder = resolve(import.meta.dirname, "../..")
export const node = join(projectFolder, "node_modules/.bin/node")
const main = join(projectFolder, "src/main.ts")

export type Variables = Readonly<Record<string, string>>

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  readonly tookMillis: number
}

export interface Running {
  readonly pid: number
  readonly stdout: () => string
  readonly stderr: () => string
  /** To the started process alone. */
  readonly signal: (name: NodeJS.Signals) => Effect.Effect<void>
  readonly ended: Effect.Effect<Ended>
  /** Whether it, or anything that it started, still runs. */
  readonly leftBehind: () => boolean
}

/** Starts `command`; whatever is left of it when the scope ends is killed with everything it started. */
export const start = (
  command: ReadonlyArray<string>,
  variables: Variables,
  folder: string
): Effect.Effect<Running, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => run(command, variables, folder)),
    (running) =>
      Effect.promise(async () => {
        if (running.leftBehind()) process.kill(-running.pid, "SIGKILL")
        await running.closed
      })
  )

/** `node src/main.ts …` in `folder`. */
export const xiaohou = (args: ReadonlyArray<string>, variables: Variables, folder: string) =>
  start([node, main, ...args], variables, folder)

/** Runs `node src/main.ts …` to its end. */
export const finished = (
  args: ReadonlyArray<string>,
  variables: Variables = {},
  folder?: string
): Effect.Effect<Ended> =>
  Effect.scoped(
    Effect.gen(function* () {
      const running = yield* xiaohou(args, variables, folder ?? (yield* emptyFolder))
      return yield* running.ended
    })
  )

/** A working directory without a `.env`, gone with the scope. */
export const emptyFolder: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "xiaohou-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

const run = (command: ReadonlyArray<string>, variables: Variables, folder: string) => {
  const startedAt = performance.now()
  const [program = "", ...args] = command
  // A group of its own, so that nothing it starts can outlive the test.
  const child = spawn(program, args, {
    cwd: folder,
    detached: true,
    env: {
      PATH: process.env["PATH"],
      HOME: tmpdir(),
      npm_config_update_notifier: "false",
      // Where the service keeps it as well; so the entry itself is compiled once, too.
      NODE_COMPILE_CACHE: join(tmpdir(), "node-compile-cache"),
      ...variables
    },
    stdio: ["ignore", "pipe", "pipe"]
  })
  const stdout = collected(child.stdout)
  const stderr = collected(child.stderr)
  const closed = new Promise<Ended>((done) => {
    child.once("close", (code, signal) =>
      done({
        code,
        signal,
        stdout: stdout(),
        stderr: stderr(),
        tookMillis: performance.now() - startedAt
      })
    )
  })
  return {
    pid: pidOf(child),
    stdout,
    stderr,
    closed,
    ended: Effect.promise(() => closed),
    signal: (name: NodeJS.Signals) => Effect.sync(() => void child.kill(name)),
    leftBehind: () => groupRuns(pidOf(child))
  }
}

const collected = (stream: ChildProcess["stdout"]): (() => string) => {
  const chunks: Array<Buffer> = []
  stream?.on("data", (chunk: Buffer) => void chunks.push(chunk))
  return () => Buffer.concat(chunks).toString("utf8")
}

const pidOf = (child: ChildProcess): number => {
  if (child.pid === undefined) throw new Error("the process did not start")
  return child.pid
}

const groupRuns = (group: number): boolean => {
  try {
    process.kill(-group, 0)
    return true
  } catch {
    return false
  }
}
