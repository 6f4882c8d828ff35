/** What a message costs at the webhook, beside node-webot's `wechat` with its session in the same memcached, and beside Node's server alone. */
import { Effect } from "effect"
import { median, type Row, row } from "./rows.ts"
import type { MessageMode } from "./webhook-callback.ts"
import type { WebhookExtent } from "./webhook-extent.ts"
import { lifetimeRows } from "./webhook-lifetime.ts"
import type { Load, Messages } from "./webhook-order.ts"
import { bareServer, ourService, type ServerUnderLoad, wechatPeer } from "./webhook-processes.ts"
import { relayRows } from "./webhook-relays.ts"
import { type WebhookStage, webhookStage } from "./webhook-stage.ts"

export const webhook = Effect.fnUntraced(function* (extent: WebhookExtent) {
  return yield* Effect.scoped(
    Effect.gen(function* () {
      const stage = yield* webhookStage(extent.people)
      return [
        ...(yield* Effect.scoped(answerRows(extent, stage, "plain"))),
        ...(yield* Effect.scoped(answerRows(extent, stage, "safe"))),
        ...(yield* Effect.scoped(relayRows(extent, stage))),
        ...(yield* lifetimeRows(extent, stage))
      ]
    })
  )
})

const peerName = "wechat 2.1.0 of node-webot"
const limitName = "node:http alone"

/** A signed text in, the state of its sender looked up, an answer out. In turn, so that other work of the machine affects all alike. */
const answerRows = Effect.fnUntraced(function* (
  extent: WebhookExtent,
  { memcachedPort, api, load, ours: plain }: WebhookStage,
  mode: MessageMode
) {
  const ours = mode === "plain" ? plain : yield* ourService(mode, memcachedPort, api.port)
  const peer = yield* wechatPeer(mode, memcachedPort)
  const limit = mode === "plain" ? yield* bareServer() : undefined

  let first = 0
  const flood = Effect.fnUntraced(function* (server: ServerUnderLoad) {
    const messages: Messages = { ...extent, port: server.port, mode, story: "asking", first }
    const before = yield* server.processorMicros
    const answered: Load = yield* load({ ...messages, _tag: "Flood", connections: extent.connections })
    const micros = (yield* server.processorMicros) - before
    return {
      perSecond: extent.messages / answered.seconds,
      micros: micros / extent.messages,
      p99Millis: answered.p99Millis
    }
  })
  const inTurn = Effect.fnUntraced(function* (rounds: number) {
    const results = { ours: [] as Array<Round>, peer: [] as Array<Round>, limit: [] as Array<Round> }
    for (let round = 0; round < rounds; round += 1) {
      results.ours.push(yield* flood(ours))
      results.peer.push(yield* flood(peer))
      if (limit !== undefined) results.limit.push(yield* flood(limit))
      first += extent.messages
    }
    return results
  })

  yield* inTurn(extent.warmUpRounds)
  const results = yield* inTurn(extent.rounds)
  const rowOf = (name: string, unit: string, of: (round: Round) => number, other: "peer" | "limit"): Row =>
    row(`${name}, ${mode} mode`, unit, median(results.ours.map(of)), {
      name: other === "peer" ? peerName : limitName,
      value: median(results[other].map(of))
    })
  const rows = [
    rowOf("messages answered", "messages/s", ({ perSecond }) => perSecond, "peer"),
    rowOf("processor time of a message", "µs", ({ micros }) => micros, "peer"),
    rowOf("time to answer under that load, p99", "ms", ({ p99Millis }) => p99Millis, "peer")
  ]
  if (limit === undefined) return rows
  return [
    ...rows,
    rowOf("messages answered", "messages/s", ({ perSecond }) => perSecond, "limit"),
    rowOf("processor time of a message", "µs", ({ micros }) => micros, "limit")
  ]
})

interface Round {
  readonly perSecond: number
  /** Processor time of the server for one message. */
  readonly micros: number
  readonly p99Millis: number
}
