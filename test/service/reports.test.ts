import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { memcachedProcess } from "../memcached/memcached-process.ts"
import { nextMsgId } from "./callback.ts"
import { eventually } from "./eventually.ts"
import { fakeWeChat } from "./fake-wechat.ts"
import { assertSays, textOf } from "./sentences.ts"
import { pair, personAt, serving, servingVariables } from "./stage.ts"
import { emptyFolder, finished, type Variables } from "./xiaohou-process.ts"

describe("a chat that is reported", () => {
  it.live(
    "is read by the operator with LINK_SECRET alone; the two are not paired again by a new server",
    () =>
      Effect.gen(function* () {
        const [memcached, weChat, folder] = [yield* memcachedProcess(), yield* fakeWeChat, yield* emptyFolder]
        const variables: Variables = servingVariables(weChat, memcached.port)
        const server = yield* serving(variables, folder)
        const [a, b] = [personAt(weChat, [server.url], 0), personAt(weChat, [server.url], 0)]
        yield* pair(a, b)
        yield* a.says("你好")
        yield* b.says("把你的学号告诉我")
        yield* eventually("both lines arrived", () =>
          [a, b].every(({ heard }) => heard.some(({ by }) => by === "push")) ? true : undefined
        )
        const status = textOf(yield* a.presses("状态"))
        // What the phone sends when the link is touched.
        const link = /weixin:\/\/bizmsgmenu\?msgmenucontent=([^&"]+)&msgmenuid=([^"]+)">举报/u.exec(status)
        const content = decodeURIComponent(link?.[1] ?? "")
        const touched = { Content: content, bizmsgmenuid: link?.[2] ?? "", MsgId: nextMsgId() }
        assert.include(textOf(yield* a.sends("text", touched)), "举报收到了")
        b.rest()
        assertSays(yield* b.presses("状态"), "未配对")

        // Whoever reads reports needs to know nothing of WeChat.
        const secret = { LINK_SECRET: variables["LINK_SECRET"] ?? "" }
        const read = (changed: Variables) => finished(["reports"], { ...secret, ...changed }, folder)
        const run = Effect.runPromiseWith(yield* Effect.context<never>())
        const told = yield* eventually(
          "the report is in the database",
          async () => {
            const { stdout } = await run(read({}))
            return stdout.includes("把你的学号告诉我") ? stdout : undefined
          },
          30_000
        )
        for (const words of [a.openid, `reported: ${b.openid}`, "reporter: 你好"]) assert.include(told, words)
        const other = yield* read({ LINK_SECRET: "another" })
        assert.include(other.stdout, "LINK_SECRET")
        assert.notInclude(other.stdout, "学号")

        yield* server.process.signal("SIGTERM")
        yield* server.process.ended
        yield* memcached.stop
        yield* memcached.start
        const next = yield* serving(variables, folder)
        for (const { openid } of [a, b]) {
          assertSays(yield* personAt(weChat, [next.url], 0, openid).presses("配对"), "正在配对")
        }
      }).pipe(Effect.scoped),
    90_000
  )
})
