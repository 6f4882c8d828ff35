/** WeChat's attempts as it makes them: it hangs up after five seconds and sends the message again, here to the next server. */
import { request } from "node:http"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { messageXml, nextMsgId, shown, signedQuery } from "./callback.ts"
import { assertSays, textOf } from "./sentences.ts"
import { pair, type Person, type Stage, stage, token } from "./stage.ts"
import { settles } from "./stored-state.ts"

const waitsMillis = 5_000
const attempts = 3

/** On a busy machine a process takes its time for the first message. */
const patienceMillis = 4 * waitsMillis

/** What came back before WeChat hung up; undefined: nothing. */
const attempt = (
  url: string,
  body: string
): Promise<{ readonly status: number; readonly text: string } | undefined> =>
  new Promise((done) => {
    const sent = request(`${url}/wechat?${signedQuery(token)}`, { method: "POST" }, (response) => {
      let text = ""
      response.on("data", (chunk: Buffer) => void (text += chunk.toString("utf8")))
      response.once("end", () => done({ status: response.statusCode ?? 0, text }))
    })
    const timer = setTimeout(() => sent.destroy(), waitsMillis)
    sent.once("error", () => done(undefined))
    sent.once("close", () => clearTimeout(timer))
    sent.end(body)
  })

/** Sends one message until it is answered, to the servers in turn; a refused connection is tried again after five seconds too. */
const likeWeChat = (all: Stage, person: Person, msgType: string, elements: Record<string, string>) =>
  Effect.promise(async () => {
    all.weChat.trigger(person.openid, msgType === "event" ? "click" : "message")
    const body = messageXml(person.openid, msgType, elements, Math.floor(Date.now() / 1_000))
    for (let number = 0; number < attempts; number += 1) {
      const begunMillis = performance.now()
      const answer = await attempt(all.servers[number % all.servers.length]?.url ?? "", body)
      if (answer !== undefined) {
        const headers = { "content-length": String(Buffer.byteLength(answer.text)) }
        const bubble = shown(
          { status: answer.status, headers, body: answer.text, tookMillis: 0 },
          person.openid
        )
        return { number, bubble }
      }
      const leftMillis = waitsMillis - (performance.now() - begunMillis)
      await new Promise((done) => setTimeout(done, Math.max(0, leftMillis)))
    }
    return undefined
  })

const pressed = (button: string) => ({ Event: "CLICK", EventKey: button })

describe("WeChat sends again to another server", () => {
  it.live("a held exchange outlives its server, and tells of the partner who came meanwhile", () =>
    Effect.gen(function* () {
      const all = yield* stage({ servers: 2, variables: { WECHAT_DELIVERY: "passive" } })
      const [a, b] = [all.person(0), all.person(1)]
      const asking = yield* Effect.forkChild(likeWeChat(all, a, "event", pressed("配对")))
      yield* settles(all.memcached.port, a.openid, 1, patienceMillis)
      yield* all.servers[0]!.process.signal("SIGKILL")
      yield* Effect.sleep("6 seconds")
      assertSays(yield* b.presses("配对"), "已配对成功，可以开始聊天")
      const told = yield* Fiber.join(asking)
      assert.isAtLeast(told?.number ?? 0, 1)
      assertSays(told?.bubble, "已配对成功，可以开始聊天")
      assertSays(yield* b.says("你好"), "对方稍后收到")
      assert.deepStrictEqual(all.weChat.asked, [])
    }).pipe(Effect.scoped)
  )

  it.live(
    "a line whose server is killed in the middle of the push comes once, and its writer hears of the doubt",
    () =>
      Effect.gen(function* () {
        const all = yield* stage({ servers: 2 })
        const [a, b] = [all.person(0), all.person(1)]
        yield* pair(a, b)
        const asked = all.weChat.asked.length
        all.weChat.sendTakesMillis = 2_000
        const saying = yield* Effect.forkChild(
          likeWeChat(all, a, "text", { Content: "只说一次", MsgId: nextMsgId() })
        )
        while (all.weChat.asked.length === asked) yield* Effect.sleep("20 millis")
        yield* all.servers[0]!.process.signal("SIGKILL")
        assert.strictEqual(textOf(yield* b.hears(10_000)), "只说一次")
        all.weChat.sendTakesMillis = 0
        const told = yield* Fiber.join(saying)
        assert.isAtLeast(told?.number ?? 0, 1)
        assert.include(textOf(told?.bubble), "不知道对方有没有收到")
        assert.deepStrictEqual(b.rest(), [])
        assert.isUndefined(yield* b.says("收到了"))
      }).pipe(Effect.scoped)
  )

  it.live("a server that is told to end lets go of what it holds, with a sentence", () =>
    Effect.gen(function* () {
      const all = yield* stage({ servers: 1, variables: { WECHAT_DELIVERY: "passive" } })
      const a = all.person()
      const asking = yield* Effect.forkChild(likeWeChat(all, a, "event", pressed("配对")))
      yield* settles(all.memcached.port, a.openid, 1, patienceMillis)
      yield* all.servers[0]!.process.signal("SIGTERM")
      const told = yield* Fiber.join(asking)
      assertSays(told?.bubble, "正在配对")
      const { code, signal } = yield* all.servers[0]!.process.ended
      assert.deepStrictEqual([code, signal], [0, null])
    }).pipe(Effect.scoped)
  )
})
