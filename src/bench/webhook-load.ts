/** A process of its own that plays WeChat: orders come by IPC, and every answer is checked. */
import { Redacted, Result } from "effect"
import { openEnvelope } from "../wechat/envelope.ts"
import { success } from "../wechat/reply.ts"
import { percentile } from "./rows.ts"
import { account, textCallback } from "./webhook-callback.ts"
import { Connection, type HttpAnswer } from "./webhook-connection.ts"
import { type Line, lineOf, type Load, type LoadOrder, type Messages } from "./webhook-order.ts"

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

/** Timers are no finer: what is due within this time is sent together. */
const tickMillis = 1

/**
 * Every message is sent when it is due, also when those before it still wait: a server that stands still is not spared the messages of
 * that time.
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

/** Connections on which messages are written, and how long their answers take. */
const makeWriters = (messages: Messages, failed: (error: Error) => void) => {
  const startMillis = performance.now()
  const millis: Array<number> = []
  const all: Array<Connection> = []
  const free: Array<Connection> = []
  const opened = () => {
    const connection = new Connection(messages.port, failed)
    all.push(connection)
    return connection
  }
  return {
    get answered() {
      return millis.length
    },
    /** The time of an answer counts from `dueMillis`. */
    write: (number: number, dueMillis: number, then: () => void) => {
      const line = lineOf(messages, number)
      const connection = free.pop() ?? opened()
      connection.send(textCallback(messages.port, messages.mode, line.from, line.text), (answer) => {
        const problem = problemOf(messages, line, answer, number)
        if (problem !== undefined) return failed(new Error(problem))
        millis.push(performance.now() - dueMillis)
        free.push(connection)
        then()
      })
    },
    finish: (): Load => {
      for (const connection of all) connection.close()
      return {
        seconds: (performance.now() - startMillis) / 1_000,
        medianMillis: percentile(millis, 0.5),
        p99Millis: percentile(millis, 0.99)
      }
    }
  }
}

/** Of encrypted answers one in so many is opened: opening all of them would slow down who asks. */
const openedShare = 50

const problemOf = (
  { mode }: Messages,
  { expected }: Line,
  { status, body }: HttpAnswer,
  number: number
): string | undefined => {
  if (status !== 200) return `a message was answered with ${status}`
  if (expected === undefined)
    return body === success || body === "" ? undefined : `a line was answered: ${body}`
  if (mode === "plain") return body.includes(expected) ? undefined : `not the answer: ${body}`
  if (!body.includes("<Encrypt>")) return `not encrypted: ${body}`
  return number % openedShare !== 0 || openedAnswer(body)?.includes(expected)
    ? undefined
    : `not the answer: ${body}`
}

const keys = {
  token: Redacted.make(account.token),
  appId: account.appId,
  key: Redacted.make(account.aesKey)
}

const openedAnswer = (body: string): string | undefined => {
  const field = (name: string) => new RegExp(`<${name}>(?:<!\\[CDATA\\[)?([^\\]<]*)`).exec(body)?.[1] ?? ""
  const stamp = { timestamp: field("TimeStamp"), nonce: field("Nonce") }
  return Result.getOrUndefined(openEnvelope(keys, field("Encrypt"), stamp, field("MsgSignature")))?.xml
}

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
