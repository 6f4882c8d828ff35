/** The listener in front of the router, on a real server: what happens to one request does not happen to others. */
import type { AddressInfo } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer, Logger, Scope } from "effect"
import { boundedServer } from "../../src/http/kept-connections.ts"
import type { MessageCallback } from "../../src/http/message-callback.ts"
import { makeMessageListener } from "../../src/http/message-listener.ts"
import { PastRouter } from "../../src/http/past-router.ts"

/** Answers what it reads, but for two words. `arrives`: is called when the head of a request is there. */
const callbackWith = (arrives: () => void): MessageCallback => ({
  problem: () => {
    arrives()
    return undefined
  },
  answer: (_query, body) => {
    if (body === "thrown") throw new Error("a defect")
    if (body === "died") return Effect.die(new Error("a defect"))
    return Effect.succeed({ _tag: "Answered", text: body, contentType: "text/plain" })
  },
  unread: () => Effect.succeed({ _tag: "Refused", status: 408 }),
  refused: (_query, status) => Effect.succeed({ _tag: "Refused", status })
})

/** Where the listener listens, and what was logged. */
const listening = Effect.fnUntraced(function* (arrives: () => void = () => {}, scope?: Scope.Scope) {
  const { server, pastRouter } = boundedServer()
  const logged: Array<unknown> = []
  const log = Logger.layer([Logger.make(({ message }) => void logged.push(message))])
  const { address } = yield* Effect.gen(function* () {
    const made = makeMessageListener("/wechat", callbackWith(arrives))
    yield* pastRouter.takeOver(yield* scope === undefined ? made : Scope.provide(made, scope))
    yield* Effect.acquireRelease(
      Effect.promise(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))),
      () => Effect.sync(() => server.close().closeAllConnections())
    )
    return { address: server.address() as AddressInfo }
  }).pipe(Effect.provide(Layer.mergeAll(Layer.succeed(PastRouter, pastRouter), log)))
  const post = (body: string) =>
    Effect.promise(async () => {
      const answer = await fetch(`http://127.0.0.1:${address.port}/wechat?a=b`, { method: "POST", body })
      return { status: answer.status, text: await answer.text() }
    })
  return { post, logged }
})

describe("the listener in front of the router", () => {
  it.live.each(["thrown", "died"])(
    "a defect (%s) is logged and ends its own request, and no other",
    (defect) =>
      Effect.gen(function* () {
        const { post, logged } = yield* listening()
        const [before, broken, after] = yield* Effect.all([post("before"), post(defect), post("after")], {
          concurrency: "unbounded"
        })
        assert.deepStrictEqual(before, { status: 200, text: "before" })
        assert.deepStrictEqual(broken, { status: 500, text: "" })
        assert.deepStrictEqual(after, { status: 200, text: "after" })
        assert.lengthOf(logged, 1)
      }).pipe(Effect.scoped)
  )

  it.live("a message that arrives while the service ends is for WeChat to send again", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { post } = yield* listening(() => Effect.runFork(Scope.close(scope, Exit.void)), scope)
      assert.deepStrictEqual(yield* post("late"), { status: 503, text: "" })
    }).pipe(Effect.scoped)
  )
})
