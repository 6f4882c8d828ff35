import { Agent, get } from "node:http"
import { connect } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { races } from "../../src/testing/races.ts"
import { freePort } from "../memcached/memcached-process.ts"
import { exchange, nextMsgId } from "./callback.ts"
import { eventually } from "./eventually.ts"
import { fakeWeChat } from "./fake-wechat.ts"
import { textOf } from "./sentences.ts"
import { pair, type Server, servingVariables, stage } from "./stage.ts"
import { emptyFolder, type Ended, projectFolder, type Running, start, xiaohou } from "./xiaohou-process.ts"

/** Everything has to be over this long after the signal. */
const endMillis = 10_000

/** Ends in time with 0, and nothing that it started lives on. */
const endsWell = Effect.fnUntraced(function* (running: Running, withinMillis = endMillis) {
  const ended = yield* running.ended.pipe(Effect.timeout(withinMillis))
  assert.deepStrictEqual(
    [ended.code, ended.signal],
    [0, null] satisfies [Ended["code"], Ended["signal"]],
    ended.stderr
  )
  assert.isFalse(running.leftBehind())
  return ended
})

const busyConnections = 8

/** Nothing takes long here: this is only what ending a process may cost on a busy machine. */
const promptEndMillis = 4_000

/**
 * The status of a request that uses the agent's connections, or the code of its error. Whose new connection is not taken any more goes
 * elsewhere, as balancers do.
 */
const statusOver = (agent: Agent, url: string): Promise<number | string> =>
  new Promise((settle) => {
    const request = get(`${url}/healthz`, { agent }, (answer) => {
      answer.resume().once("end", () => settle(answer.statusCode ?? "no status"))
    }).once("error", (error: NodeJS.ErrnoException) =>
      settle(request.reusedSocket ? (error.code ?? error.message) : "no connection")
    )
  })

/** A connection that stays open and says no more after `words`. */
const lingering = (server: Server, words: string) =>
  Effect.acquireRelease(
    Effect.promise(
      () =>
        new Promise<ReturnType<typeof connect>>((done) => {
          const socket = connect(Number(new URL(server.url).port), "127.0.0.1", () => {
            socket.write(words, () => done(socket))
          })
          socket.on("error", () => undefined)
        })
    ),
    (socket) => Effect.sync(() => socket.destroy())
  )

describe("signals", () => {
  it.live("ends soon with 0 although connections are open, also when told twice", () =>
    Effect.gen(function* () {
      const courses = [["SIGTERM"], ["SIGINT"], ["SIGTERM", "SIGINT", "SIGTERM"]] as const
      const all = yield* stage({ servers: courses.length })
      yield* pair(all.person(0), all.person(1))
      const end = Effect.fnUntraced(function* (server: Server, signals: ReadonlyArray<NodeJS.Signals>) {
        yield* lingering(server, "")
        yield* lingering(server, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        yield* lingering(server, "POST /wechat HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n123")
        for (const signal of signals) {
          yield* server.process.signal(signal)
          // Signals of one kind that wait are one to the kernel.
          yield* Effect.sleep("200 millis")
        }
        yield* endsWell(server.process)
      })
      yield* Effect.forEach(all.servers, (server, index) => end(server, courses[index] ?? []), {
        concurrency: "unbounded"
      })
    }).pipe(Effect.scoped)
  )

  it.live("what is under way is finished: the line arrives and its writer is answered", () =>
    Effect.gen(function* () {
      const all = yield* stage({ servers: 2 })
      const [a, b] = [all.person(0), all.person(1)]
      yield* pair(a, b)
      all.weChat.sendTakesMillis = 2_000
      const line = a.message("text", { Content: "最后一句", MsgId: nextMsgId() })
      const asked = all.weChat.asked.length
      const answering = yield* Effect.forkChild(line.attempt())
      yield* eventually("the push is under way", () => (all.weChat.asked.length > asked ? true : undefined))
      const [server] = all.servers
      if (server === undefined) return
      yield* server.process.signal("SIGTERM")
      yield* server.process.signal("SIGTERM")
      const answer = yield* Fiber.join(answering)
      assert.deepStrictEqual([answer.status, answer.body], [200, "success"])
      assert.strictEqual(textOf(yield* b.hears()), "最后一句")
      yield* endsWell(server.process)
      // The other server goes on with the pair.
      all.weChat.sendTakesMillis = 0
      assert.isUndefined(yield* b.says("还在"))
      assert.strictEqual(textOf(yield* a.hears()), "还在")
    }).pipe(Effect.scoped)
  )

  it.live("a balancer that keeps its connections loses no message, and does not hold up the end", () =>
    Effect.gen(function* () {
      const all = yield* stage({ servers: 1 })
      const [server] = all.servers
      if (server === undefined) return
      const agent = new Agent({ keepAlive: true, maxSockets: busyConnections })
      const statuses: Array<number | string> = []
      // Goes on until the server takes no connection any more.
      const keepAsking = Effect.promise(async () => {
        for (;;) {
          const status = await statusOver(agent, server.url)
          if (status === "no connection") return
          statuses.push(status)
        }
      })
      const asking = yield* Effect.forkChild(
        Effect.all(
          Array.from({ length: busyConnections }, () => keepAsking),
          { concurrency: "unbounded" }
        )
      )
      yield* eventually("all of them ask", () => (statuses.length > 10 * busyConnections ? true : undefined))
      yield* server.process.signal("SIGTERM")
      yield* endsWell(server.process, promptEndMillis)
      yield* Fiber.join(asking)
      agent.destroy()
      assert.deepStrictEqual(
        statuses.filter((status) => status !== 200),
        [],
        `after ${statuses.length} requests`
      )
    }).pipe(Effect.scoped)
  )

  it.live("ends in time although memcached hangs", () =>
    Effect.gen(function* () {
      const all = yield* stage({ servers: 1 })
      const [a, b] = [all.person(), all.person()]
      yield* pair(a, b)
      yield* all.memcached.pause
      const line = a.message("text", { Content: "喂", MsgId: nextMsgId() })
      const answering = yield* Effect.forkChild(line.attempt())
      yield* Effect.sleep("100 millis")
      const [server] = all.servers
      if (server === undefined) return
      yield* server.process.signal("SIGTERM")
      assert.strictEqual((yield* Fiber.join(answering)).status, 200)
      yield* endsWell(server.process)
    }).pipe(Effect.scoped)
  )
})

describe("a start", () => {
  it.live("that is broken off half-way ends with 0", () =>
    Effect.gen(function* () {
      const folder = yield* emptyFolder
      const startMillis = Date.now()
      const first = yield* xiaohou([], { PORT: String(yield* freePort) }, folder)
      yield* eventually(
        "the demo runs",
        () => (first.stdout().includes("http://") ? true : undefined),
        20_000
      )
      const wholeMillis = Date.now() - startMillis
      const second = yield* xiaohou([], { PORT: String(yield* freePort) }, folder)
      yield* Effect.sleep(wholeMillis / 2)
      assert.strictEqual(second.stdout(), "")
      yield* second.signal("SIGTERM")
      yield* endsWell(second)
    }).pipe(Effect.scoped)
  )
})

describe("an exploration of all races", () => {
  it.live("ends in the middle when it is told to", () =>
    Effect.gen(function* () {
      const running = yield* xiaohou(["explore", "--most", "100"], {}, yield* emptyFolder)
      const isUnderWay = () => (running.stdout().includes("not covered") ? true : undefined)
      yield* eventually("it is under way", isUnderWay, 30_000)
      yield* running.signal("SIGINT")
      const { stdout } = yield* endsWell(running)
      assert.isBelow(stdout.trim().split("\n").length, races.length)
    }).pipe(Effect.scoped)
  )
})

const npm = ["npm", "--no-update-notifier", "--logs-max=0", "start"]

const answers = (port: number) =>
  eventually(
    "the service answers",
    async () => {
      const answer = await exchange(`http://127.0.0.1:${port}/healthz`).catch(() => undefined)
      return answer?.status === 200 ? true : undefined
    },
    20_000
  )

describe("npm start", () => {
  for (const whole of [false, true]) {
    it.live(
      `${whole ? "Ctrl+C, which reaches all of it," : "SIGTERM to npm itself"} ends everything with 0`,
      () =>
        Effect.gen(function* () {
          const weChat = yield* fakeWeChat
          const { MEMCACHED_SERVERS: _none, ...variables } = servingVariables(weChat, 1)
          const port = yield* freePort
          const environment = { ...variables, PORT: String(port) }
          const running = yield* start([...npm, "--", "serve"], environment, projectFolder)
          yield* answers(port)
          if (whole) process.kill(-running.pid, "SIGINT")
          else yield* running.signal("SIGTERM")
          yield* endsWell(running)
        }).pipe(Effect.scoped)
    )
  }

  it.live("the demo: says where the page is, and ends although a page listens", () =>
    Effect.gen(function* () {
      const port = yield* freePort
      const running = yield* start(npm, { PORT: String(port), WECHAT_TOKEN: "" }, projectFolder)
      yield* answers(port)
      assert.include(running.stdout(), `http://127.0.0.1:${port}/`)
      const stream = yield* lingering(
        { url: `http://127.0.0.1:${port}`, process: running },
        "GET /simulator/events HTTP/1.1\r\nHost: x\r\n\r\n"
      )
      yield* eventually("the page's stream runs", () => (stream.bytesRead > 0 ? true : undefined))
      yield* running.signal("SIGINT")
      yield* running.signal("SIGINT")
      yield* endsWell(running)
    }).pipe(Effect.scoped)
  )
})
