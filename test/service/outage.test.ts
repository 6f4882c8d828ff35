import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { freePort } from "../memcached/memcached-process.ts"
import { exchange, nextMsgId, shown } from "./callback.ts"
import { eventually } from "./eventually.ts"
import { appSecret, fakeWeChat } from "./fake-wechat.ts"
import { assertSays, reservedIn, textOf } from "./sentences.ts"
import { pair, type Person, personAt, serving, servingVariables, type Stage, stage, token } from "./stage.ts"
import { settles } from "./stored-state.ts"
import { emptyFolder } from "./xiaohou-process.ts"

const answerLimitMillis = 4_800

const ask = (url: string) => Effect.promise(() => exchange(url))

const becomesReady = (url: string) =>
  eventually(
    "the service is ready again",
    async () => ((await exchange(`${url}/readyz`)).status === 200 ? true : undefined),
    10_000
  )

const besideTheEnd = (bubble: Parameters<typeof textOf>[0]) =>
  reservedIn(textOf(bubble)).filter((words) => words !== "对方已离开")

/** Whatever a person does gets a sentence, in time. */
const getsSentences = Effect.fnUntraced(function* (person: Person) {
  const messages = [
    person.message("event", { Event: "CLICK", EventKey: "配对" }),
    person.message("event", { Event: "CLICK", EventKey: "退出" }),
    person.message("text", { Content: "在吗", MsgId: nextMsgId() }),
    person.message("event", { Event: "subscribe", EventKey: "" })
  ]
  const answers = yield* Effect.forEach(messages, (message) => message.attempt(), {
    concurrency: "unbounded"
  })
  for (const answer of answers) {
    assertSays(shown(answer, person.openid))
    assert.isBelow(answer.tookMillis, answerLimitMillis)
  }
})

const chatWorks = Effect.fnUntraced(function* (all: Stage) {
  const [a, b] = [all.person(0), all.person(all.servers.length - 1)]
  yield* pair(a, b)
  assert.isUndefined(yield* a.says("好了"))
  assert.strictEqual(textOf(yield* b.hears()), "好了")
  assertSays(yield* b.presses("退出"), "已退出")
  assertSays(yield* a.hears(), "对方已离开")
})

describe("memcached goes away while people chat", () => {
  it.live("stopped: sentences in time and 503 naming it; started again: all works without a restart", () =>
    Effect.gen(function* () {
      const all = yield* stage({ servers: 2 })
      const [a, b] = [all.person(0), all.person(1)]
      yield* pair(a, b)
      yield* all.memcached.stop
      for (const person of [a, b, all.person(0)]) yield* getsSentences(person)
      for (const { url } of all.servers) {
        const ready = yield* ask(`${url}/readyz`)
        assert.strictEqual(ready.status, 503)
        assert.include(ready.body, `memcached 127.0.0.1:${all.memcached.port}`)
        assert.strictEqual((yield* ask(`${url}/healthz`)).status, 200)
        assert.strictEqual((yield* ask(`${url}/metrics`)).status, 200)
      }
      yield* all.memcached.start
      for (const { url } of all.servers) yield* becomesReady(url)
      // Memcached forgot the pair: nobody is left believing in it. A server that knew of it says that it is over.
      assert.deepStrictEqual(besideTheEnd(yield* a.presses("状态")), ["未配对"])
      assert.deepStrictEqual(besideTheEnd(yield* b.says("还在吗")), [])
      yield* chatWorks(all)
    }).pipe(Effect.scoped)
  )

  it.live("hanging: sentences in time; when it goes on, the pair is still there", () =>
    Effect.gen(function* () {
      const all = yield* stage({ servers: 1 })
      const [a, b] = [all.person(), all.person()]
      yield* pair(a, b)
      yield* settles(all.memcached.port, a.openid, 11)
      yield* all.memcached.pause
      const line = a.message("text", { Content: "听得到吗", MsgId: nextMsgId() })
      const answer = yield* line.attempt()
      assertSays(shown(answer, a.openid))
      assert.isBelow(answer.tookMillis, answerLimitMillis)
      const ready = yield* ask(`${all.servers[0]?.url}/readyz`)
      assert.strictEqual(ready.status, 503)
      yield* all.memcached.resume
      yield* becomesReady(all.servers[0]?.url ?? "")
      assert.isUndefined(yield* a.says("再说一次"))
      const heard = [yield* b.hears()]
      heard.push(...b.rest())
      assert.include(heard.map(textOf), "再说一次")
    }).pipe(Effect.scoped)
  )

  it.live("not there at the start: the service starts, says so, and works once it comes", () =>
    Effect.gen(function* () {
      const weChat = yield* fakeWeChat
      const nobody = yield* freePort
      const server = yield* serving(servingVariables(weChat, nobody), yield* emptyFolder, 503)
      yield* getsSentences(personAt(weChat, [server.url], 0))
      assert.include((yield* ask(`${server.url}/readyz`)).body, `127.0.0.1:${nobody}`)
    }).pipe(Effect.scoped)
  )
})

describe("what operators see", () => {
  it.live(
    "metrics by kind and outcome, pairing time, memcached, pushes by errcode; no secret, openid or word anywhere",
    () =>
      Effect.gen(function* () {
        const all = yield* stage({ servers: 2, variables: { LOG_LEVEL: "trace" } })
        const [a, b] = [all.person(0), all.person(1)]
        const spoken = "这句话谁也不该在日志里看到"
        yield* pair(a, b)
        for (let line = 0; line < 7; line += 1) yield* a.says(spoken)
        all.weChat.refuse = () => 87_014
        yield* b.says(spoken)
        all.weChat.refuse = () => 40_003
        yield* b.says(spoken)
        all.weChat.refuse = () => undefined
        yield* all.memcached.kill
        yield* a.says(spoken)
        const metrics = yield* Effect.forEach(all.servers, ({ url }) => ask(`${url}/metrics`))
        const text = metrics.map(({ body }) => body).join("\n")
        for (const line of [
          /^xiaohou_messages_total\{[^}]*kind="Text"[^}]*outcome="silent"[^}]*\} \d/m,
          /^xiaohou_messages_total\{[^}]*kind="Clicked"[^}]*outcome="answered"[^}]*\} \d/m,
          /^xiaohou_pushes_total\{[^}]*errcode="0"[^}]*\} \d/m,
          /^xiaohou_pushes_total\{[^}]*errcode="87014"[^}]*\} 1/m,
          /^xiaohou_memcached_operations_total\{[^}]*operation="get/m,
          /^xiaohou_pairing_seconds(_count|_bucket)/m
        ]) {
          assert.match(text, line)
        }
        const logs = all.servers.map(({ process }) => process.stdout() + process.stderr()).join("\n")
        assert.isAbove(logs.length, 0)
        const secrets = [
          a.openid,
          b.openid,
          token,
          appSecret,
          "stable_xxx",
          "link-secret",
          spoken.slice(0, 6)
        ]
        for (const secret of secrets) {
          assert.notInclude(logs, secret)
          assert.notInclude(text, secret)
        }
      }).pipe(Effect.scoped)
  )
})
