/** A process of its own that plays WeChat: orders come by IPC, and every answer is checked. */
import type { Load, LoadOrder } from "./webhook-order.ts"
import { makeWriters } from "./webhook-writers.ts"

const load = (order: LoadOrder): Promise<Load> => (order._tag === "Flood" ? flood(order) : stream(order))

/** Each connection sends its next message when the last one was answered. */
const flood = ({ connections, ...messages }: LoadOrder & { readonly _tag: "Flood" }): Promise<Load> =>
  new Promise((resolve, reject) => {
    const writers = makeWriters(messages, reject)
    const last = messages.first + messages.messages
    let next = messages.first
    const writeOn = () => {
      if (next < last) {
        next += 1
        writers.write(next - 1, performance.now(), writeOn)
      } else if (writers.answered === messages.messages) resolve(writers.finish())
    }
    for (let writer = 0; writer < Math.min(connections, messages.messages); writer += 1) writeOn()
  })

/** Timers are no finer: messages that are due within this time are sent together. */
const tickMillis = 1

/**
 * Every message is sent when it is due, also if those before it still wait: a server that stands still is not spared the
 * messages of that time.
 */
const stream = ({ perSecond, ...messages }: LoadOrder & { readonly _tag: "Stream" }): Promise<Load> =>
  new Promise((resolve, reject) => {
    const writers = makeWriters(messages, reject)
    const startMillis = performance.now()
    const dueMillis = (sent: number) => startMillis + (sent * 1_000) / perSecond
    let sent = 0
    const answered = () => {
      if (writers.answered === messages.messages) resolve(writers.finish())
    }
    const timer = setInterval(() => {
      const now = performance.now()
      for (; sent < messages.messages && dueMillis(sent) <= now; sent += 1) {
        writers.write(messages.first + sent, dueMillis(sent), answered)
      }
      if (sent === messages.messages) clearInterval(timer)
    }, tickMillis)
  })

process.on("message", (order: LoadOrder) => {
  load(order).then(
    (done) => process.send?.(done),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`)
      process.exit(1)
    }
  )
})
process.once("disconnect", () => process.exit(0))
process.on("SIGINT", () => undefined)
process.send?.("ready")
