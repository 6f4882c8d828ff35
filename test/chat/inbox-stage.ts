/** Messages of people, and what a server answers them. */
import { assert } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { heldPollMillis } from "../../src/chat/held-search.ts"
import { Inbox } from "../../src/chat/inbox.ts"
import type { Button } from "../../src/core/button.ts"
import type { Content } from "../../src/core/content.ts"
import type { Openid } from "../../src/core/openid.ts"
import type { Incoming } from "../../src/wechat/messages.ts"
import {
  alice,
  bob,
  makeRig,
  mostTurns,
  type RigOptions,
  type Server,
  startMillis,
  startServer
} from "./chat-rig.ts"

export const startSeconds = startMillis / 1_000
let messages = 0

export const typed = (from: Openid, content: string): Incoming => {
  messages += 1
  return { _tag: "Text", to: "gh_0", from, createTimeSeconds: startSeconds, msgId: String(messages), content }
}
export const clicked = (from: Openid, button: Button): Incoming => {
  messages += 1
  return { _tag: "Clicked", to: "gh_0", from, createTimeSeconds: startSeconds + messages, key: button }
}

export const answer = (server: Server, incoming: Incoming) =>
  server.run(Effect.flatMap(Inbox, (inbox) => inbox.answer(incoming)))
export const send = (server: Server, incoming: Incoming) =>
  Effect.map(Effect.tap(answer(server, incoming), server.settled), wordsOf)
export const wordsOf = (content: Content | undefined) =>
  content === undefined ? undefined : content._tag === "Text" ? content.text : `[${content._tag}]`

/** What a message is answered for which the exchange may be held; WeChat hangs up on the attempts before the last. */
export const sendHeld = Effect.fnUntraced(function* (server: Server, incoming: Incoming, millis = 14_000) {
  const fiber = yield* Effect.forkChild(send(server, incoming))
  yield* TestClock.adjust(millis)
  return yield* Fiber.join(fiber)
})

/** Two servers on which Alice and Bob are a pair. */
export const paired = Effect.fnUntraced(function* (options: RigOptions = {}) {
  const rig = yield* makeRig(options)
  const servers = [yield* startServer(rig), yield* startServer(rig)] as const
  const waiting = yield* Effect.forkChild(send(servers[0], clicked(alice, "配对")))
  yield* TestClock.adjust(heldPollMillis)
  yield* send(servers[1], clicked(bob, "配对"))
  yield* TestClock.adjust(heldPollMillis)
  yield* Fiber.join(waiting)
  // Each begins with an empty mailbox and an open window.
  yield* send(servers[0], typed(alice, "#状态"))
  yield* send(servers[1], typed(bob, "#状态"))
  rig.pushes.length = 0
  return { rig, servers }
})

/** What an effect comes to while time stands still. One that waits for time fails in words, and not by hanging. */
export const atOnce = Effect.fnUntraced(function* <A, E, R>(what: string, effect: Effect.Effect<A, E, R>) {
  const fiber = yield* Effect.forkChild(effect)
  for (let turns = 0; turns < mostTurns && fiber.pollUnsafe() === undefined; turns += 1) {
    yield* TestClock.adjust(0)
  }
  if (fiber.pollUnsafe() === undefined) assert.fail(`${what} waits for time to pass`)
  return yield* Fiber.join(fiber)
})
