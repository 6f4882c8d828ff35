/** A real PostgreSQL on 127.0.0.1, started by the test on a temporary folder and ended with its scope. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process"
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, Redacted, type Scope } from "effect"
import { freePort } from "../memcached/memcached-process.ts"

export interface PostgresProcess {
  /** The address of a new, empty database. */
  readonly emptyDatabase: Effect.Effect<Redacted.Redacted>
  /** Ends it at once, as a crash does. */
  readonly kill: Effect.Effect<void>
  /** On the same port and folder. */
  readonly start: Effect.Effect<void>
}

const host = "127.0.0.1"
const user = "xiaohou"
const startAttempts = 200
const attemptPauseMillis = 50

/** Nothing here has to survive the machine, only the server. */
const cheap = ["fsync=off", "full_page_writes=off", "shared_buffers=16MB"]

export const postgresProcess: Effect.Effect<PostgresProcess, never, Scope.Scope> = Effect.gen(function* () {
  const port = yield* freePort
  const folder = yield* Effect.acquireRelease(Effect.sync(newFolder), (path) =>
    Effect.sync(() => rmSync(path, { recursive: true, force: true }))
  )
  const data = join(folder, "data")
  execFileSync(
    program("initdb"),
    ["-D", data, "-U", user, "-A", "trust", "-N", "-E", "UTF8", "--locale=C"],
    options(folder)
  )

  let child: ChildProcess | undefined
  const kill = Effect.promise(async () => {
    const running = child
    child = undefined
    if (running === undefined || running.exitCode !== null) return
    const ended = new Promise((resolve) => running.once("exit", resolve))
    // Its own word for "at once": SIGKILL would leave the processes that it started.
    running.kill("SIGQUIT")
    await ended
  })
  const settings = [...cheap, `listen_addresses=${host}`, `port=${port}`, `unix_socket_directories=${folder}`]
  const run = () =>
    spawn(program("postgres"), ["-D", data, ...settings.flatMap((setting) => ["-c", setting])], {
      ...options(folder),
      stdio: "ignore"
    })
  const start = Effect.promise(async () => {
    for (let attempt = 0; attempt < startAttempts; attempt += 1) {
      // While it was down somebody's connection may have got its port for a moment: then it ends at once.
      if (child === undefined || child.exitCode !== null) child = run()
      if (isAccepting(port)) return
      // oxlint-disable-next-line no-await-in-loop -- one attempt after another
      await new Promise((resolve) => setTimeout(resolve, attemptPauseMillis))
    }
    throw new Error(`PostgreSQL did not start on port ${port}; is the package postgresql installed?`)
  })
  yield* Effect.acquireRelease(start, () => kill)

  let databases = 0
  return {
    kill,
    start,
    emptyDatabase: Effect.sync(() => {
      databases += 1
      const name = `test${databases}`
      execFileSync(program("createdb"), ["-h", host, "-p", String(port), "-U", user, name], options(folder))
      return Redacted.make(`postgres://${user}@${host}:${port}/${name}`)
    })
  }
})

/** It refuses to run as root, so it runs as the user that its package made. */
const owner = (): { readonly uid: number; readonly gid: number } | undefined => {
  if (process.getuid?.() !== 0) return undefined
  const idOf = (flag: string) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }))
  return { uid: idOf("-u"), gid: idOf("-g") }
}

const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "postgres-"))
  const as = owner()
  if (as !== undefined) chownSync(folder, as.uid, as.gid)
  return folder
}

const options = (folder: string) => ({ ...owner(), cwd: folder, stdio: "pipe" as const })

/** Debian keeps the programs of each version in a folder of their own. */
const debianPrograms = "/usr/lib/postgresql"

const program = (name: string): string => {
  const versions = existsSync(debianPrograms) ? readdirSync(debianPrograms) : []
  const newest = versions.sort((one, other) => Number(other) - Number(one))[0]
  return newest === undefined ? name : join(debianPrograms, newest, "bin", name)
}

/** Not long: should another program listen there it says nothing that PostgreSQL would. */
const askedSeconds = "1"

const isAccepting = (port: number): boolean =>
  spawnSync(program("pg_isready"), ["-q", "-t", askedSeconds, "-h", host, "-p", String(port)]).status === 0
