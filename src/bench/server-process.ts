/** The servers that a benchmark measures: real ones on 127.0.0.1, started by it on free ports and ended with its scope. */
import { type ChildProcess, spawn } from "node:child_process"
import { connect, createServer } from "node:net"
import { Effect, Schema, type Scope } from "effect"

const Program = Schema.Literals(["memcached", "redis-server"])

/** A program to measure is not there, or it ended at once. */
export class CannotStart extends Schema.TaggedError<CannotStart>()("CannotStart", {
  program: Program
}) {
  override get message() {
    return `${this.program} cannot be started: install it, on Debian with "apt-get install ${this.program}"`
  }
}

/** A server that answers; its scope ends it. */
export interface ServerProcess {
  readonly port: number
  /** What it answers to one line of its text protocol, up to a line that `isLast`. */
  readonly asked: (line: string, isLast: (line: string) => boolean) => Effect.Effect<ReadonlyArray<string>>
}

/** Room for 100,000 pairs several times over, so that nothing is evicted while it is measured; mebibytes. */
const memcachedMemoryMebibytes = 1_024

export const memcachedServer = Effect.suspend(() =>
  // Without -u it refuses to run as root.
  serverProcess("memcached", (port) => [
    ...`-l ${host} -p ${port} -U 0 -m ${memcachedMemoryMebibytes}`.split(" "),
    ...(process.getuid?.() === 0 ? ["-u", "root"] : [])
  ])
)

/** As a cache: nothing goes to the disk, which is how it is fastest. */
export const redisServer = serverProcess("redis-server", (port) => [
  "--bind",
  host,
  "--port",
  String(port),
  "--save",
  "",
  "--appendonly",
  "no"
])

const host = "127.0.0.1"
/** A server on an idle machine answers within some 50 ms. */
const startAttempts = 250
const attemptPauseMillis = 20

function serverProcess(
  program: typeof Program.Type,
  argumentsFor: (port: number) => ReadonlyArray<string>
): Effect.Effect<ServerProcess, CannotStart, Scope.Scope> {
  return Effect.gen(function* () {
    const port = yield* freePort
    const child = yield* Effect.acquireRelease(
      Effect.sync(() => spawn(program, argumentsFor(port), { stdio: "ignore" }).once("error", () => {})),
      ended
    )
    for (let attempt = 0; !(yield* accepts(port)); attempt += 1) {
      if (child.pid === undefined || child.exitCode !== null || attempt === startAttempts) {
        return yield* new CannotStart({ program })
      }
      yield* Effect.sleep(attemptPauseMillis)
    }
    return { port, asked: (line, isLast) => ask(port, line, isLast) }
  })
}

const ended = (child: ChildProcess) =>
  Effect.promise(async () => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exit = new Promise((resolve) => child.once("exit", resolve))
    child.kill("SIGKILL")
    await exit
  })

export const freePort = Effect.promise(
  () =>
    new Promise<number>((resolve, reject) => {
      const server = createServer().once("error", reject)
      server.listen(0, host, () => {
        const address = server.address()
        const port = typeof address === "object" && address !== null ? address.port : 0
        server.close(() => resolve(port))
      })
    })
)

const accepts = (port: number) =>
  Effect.promise(
    () =>
      new Promise<boolean>((resolve) => {
        const socket = connect(port, host, () => {
          socket.destroy()
          resolve(true)
        })
        socket.once("error", () => resolve(false))
      })
  )

const ask = (port: number, line: string, isLast: (line: string) => boolean) =>
  Effect.promise(
    () =>
      new Promise<ReadonlyArray<string>>((resolve, reject) => {
        let text = ""
        const socket = connect(port, host, () => socket.write(`${line}\r\n`))
        socket.setEncoding("utf8").once("error", reject)
        socket.on("data", (part: string) => {
          text += part
          const lines = text.split("\r\n")
          if (!lines.some(isLast)) return
          socket.destroy()
          resolve(lines)
        })
      })
  )
