/** What a busy server tells its operator: nothing by which a person, a conversation or a secret could be known. */
import { randomBytes } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { memcachedProcess } from "../memcached/memcached-process.ts"
import { exchange, nextMsgId } from "./callback.ts"
import { eventually } from "./eventually.ts"
import { appSecret, fakeWeChat } from "./fake-wechat.ts"
import { assertSays } from "./sentences.ts"
import { pair, type Person, personAt, serving, servingVariables, token } from "./stage.ts"
import { emptyFolder } from "./xiaohou-process.ts"

const linkSecret = `link-${randomBytes(12).toString("hex")}`

/** Messages far above what one person may send in a minute, also where a minute ends in their middle. */
const flood = 400

/** A word that occurs nowhere else. */
const unheardOf = () => `词${randomBytes(6).toString("hex")}`

const busy = (format: "json" | "pretty", level: "trace" | "debug") =>
  Effect.gen(function* () {
    const [memcached, weChat, folder] = [yield* memcachedProcess(), yield* fakeWeChat, yield* emptyFolder]
    const server = yield* serving(
      {
        ...servingVariables(weChat, memcached.port),
        LINK_SECRET: linkSecret,
        LOG_LEVEL: level,
        LOG_FORMAT: format
      },
      folder
    )
    const people: Array<Person> = []
    const said: Array<string> = []
    const person = () => {
      const one = personAt(weChat, [server.url], 0)
      people.push(one)
      return one
    }
    const says = (one: Person) => {
      const words = unheardOf()
      said.push(words)
      return one.says(words)
    }

    const [a, b] = [person(), person()]
    yield* pair(a, b)
    for (const one of [a, b, b, a, a]) yield* says(one)
    // Every kind of refusal, those that are logged among them.
    for (const errcode of [87014, 45047, 45015, 40003, 40001, 45002, 48004, 45011, 48001, 99999]) {
      weChat.refuse = (to, content) => (to === b.openid && content !== "" ? errcode : undefined)
      yield* says(a)
      yield* b.says("#状态")
    }
    weChat.refuse = () => undefined
    for (const msgType of ["image", "voice"]) {
      yield* a.sends(msgType, { MediaId: unheardOf(), PicUrl: "http://x/", MsgId: nextMsgId() })
    }
    const stranger = person()
    yield* stranger.presses("配对")
    yield* stranger.unfollows
    for (let sent = 0; sent < flood; sent += 1) yield* says(stranger)
    for (const body of ["", "<xml>", `<xml><FromUserName>${a.openid}</FromUserName></xml>`]) {
      yield* Effect.promise(() => exchange(`${server.url}/wechat?openid=${a.openid}`, { body }))
    }
    yield* memcached.stop
    for (const one of [a, b]) assertSays(yield* says(one))
    yield* memcached.start
    yield* eventually(
      "the service is ready again",
      async () => ((await exchange(`${server.url}/readyz`)).status === 200 ? true : undefined),
      20_000
    )
    const metrics = yield* Effect.promise(() => exchange(`${server.url}/metrics`))
    yield* server.process.signal("SIGTERM")
    const ended = yield* server.process.ended
    return { people, said, told: ended.stdout + ended.stderr, metrics: metrics.body }
  })

describe("logs and metrics of a busy server", () => {
  it.live.each([
    ["json", "trace"],
    ["pretty", "debug"]
  ] as const)(
    "%s at level %s: no openid, no word of a chat, no secret",
    ([format, level]) =>
      Effect.gen(function* () {
        const { people, said, told, metrics } = yield* busy(format, level)
        const confidential = [
          ...people.map(({ openid }) => openid),
          ...said,
          token,
          appSecret,
          linkSecret,
          "xxxxxxxx"
        ]
        for (const secret of confidential) {
          assert.notInclude(told, secret)
          assert.notInclude(metrics, secret)
        }
        // Something was told, and people are told apart by something else.
        for (const words of ["a message could not be worked on", "too many messages", "follower"]) {
          assert.include(told, words)
        }
        assert.include(metrics, "xiaohou_pushes_total")
      }).pipe(Effect.scoped),
    60_000
  )
})
