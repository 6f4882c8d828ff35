import { Console, Effect } from "effect"
import { median, type Row, row } from "./rows.ts"
import type { WebhookExtent } from "./webhook-extent.ts"
import type { Load, LoadOrder, Messages } from "./webhook-order.ts"
import { bareServer, type ServerUnderLoad } from "./webhook-processes.ts"
import type { WebhookStage } from "./webhook-stage.ts"

const limitName = "node:http alone, pushing each line"

/** A line in, passed on by a push to WeChat's API, and answered when that was taken: how many a second, and how long at half of that. */
export const relayRows = Effect.fnUntraced(function* (
  extent: WebhookExtent,
  { api, load, ours }: WebhookStage
) {
  const limit = yield* bareServer(api.port)

  let first = 0
  let lines = 0
  let answeredInWords = 0
  /** Every message has to come to one push, but for the few that a busy machine has the service keep for later. */
  const relay = Effect.fnUntraced(function* (server: ServerUnderLoad, how: How) {
    const messages: Messages = {
      ...extent,
      port: server.port,
      mode: "plain",
      story: "pairs",
      first,
      messages: how.messages
    }
    const before = yield* api.pushes
    const relayed: Load = yield* load({ ...messages, ...how })
    const pushed = (yield* api.pushes) - before
    lines += how.messages
    answeredInWords += relayed.answeredInWords
    if (Math.abs(pushed - how.messages) > answeredInWords || answeredInWords > mostInWords * lines) {
      const outcome = `${how.messages} lines came to ${pushed} pushes and ${relayed.answeredInWords} answers in words`
      return yield* Effect.die(new Error(outcome))
    }
    return relayed
  })
  const inTurn = Effect.fnUntraced(function* (how: How, rounds: number) {
    const results = { ours: [] as Array<Load>, limit: [] as Array<Load> }
    for (let round = 0; round < rounds; round += 1) {
      results.ours.push(yield* relay(ours, how))
      results.limit.push(yield* relay(limit, how))
      first += how.messages
    }
    return (name: string, unit: string, of: (load: Load) => number): Row =>
      row(name, unit, median(results.ours.map(of)), { name: limitName, value: median(results.limit.map(of)) })
  })

  const flood = { _tag: "Flood", connections: extent.connections, messages: extent.messages } as const
  yield* inTurn(flood, extent.warmUpRounds)
  const atPeak = yield* inTurn(flood, extent.rounds)
  const peak = atPeak("lines relayed", "lines/s", ({ seconds }) => extent.messages / seconds)
  const stream = { _tag: "Stream", perSecond: peak.ours / 2, messages: extent.streamed } as const
  const atHalf = yield* inTurn(stream, extent.rounds)
  if (answeredInWords > 0) {
    yield* Console.error(
      `of ${lines} lines, ${answeredInWords} were answered in words: the machine was too busy`
    )
  }
  return [
    peak,
    atHalf("time to relay a line at half that rate, median", "ms", ({ medianMillis }) => medianMillis),
    atHalf("time to relay a line at half that rate, p99", "ms", ({ p99Millis }) => p99Millis)
  ]
})

/** Of all lines, and not of one round: where the machine stood still for a moment, those of that moment are kept together. */
const mostInWords = 0.01

type How = { readonly messages: number } & (
  | Pick<LoadOrder & { readonly _tag: "Flood" }, "_tag" | "connections">
  | Pick<LoadOrder & { readonly _tag: "Stream" }, "_tag" | "perSecond">
)
