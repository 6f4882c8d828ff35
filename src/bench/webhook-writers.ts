/** The users who write to the server under load, and what has to come of it: every answer is checked. */
import { Redacted, Result } from "effect"
import { openEnvelope } from "../wechat/envelope.ts"
import { success } from "../wechat/reply.ts"
import { percentile } from "./rows.ts"
import { account, textCallback } from "./webhook-callback.ts"
import { Connection, type HttpAnswer } from "./webhook-connection.ts"
import { type Line, lineOf, type Load, type Messages } from "./webhook-order.ts"

/** Node's server closes connections that were idle for 5 s; one that is used at that moment would break. */
const longestIdleMillis = 2_000

/** Connections on which messages are written, and how long their answers take. */
export const makeWriters = (messages: Messages, failed: (error: Error) => void) => {
  const startMillis = performance.now()
  const millis: Array<number> = []
  let answeredInWords = 0
  const all: Array<Connection> = []
  /** The connection that was answered last is last. */
  const free: Array<{ readonly connection: Connection; readonly sinceMillis: number }> = []
  const opened = () => {
    const connection = new Connection(messages.port, failed)
    all.push(connection)
    return connection
  }
  const usable = () => {
    for (let one = free.pop(); one !== undefined; one = free.pop()) {
      if (one.connection.isOpen && performance.now() - one.sinceMillis < longestIdleMillis)
        return one.connection
      one.connection.close()
    }
    return opened()
  }
  return {
    get answered() {
      return millis.length
    },
    /** The time of an answer counts from `dueMillis`. */
    write: (number: number, dueMillis: number, then: () => void) => {
      const line = lineOf(messages, number)
      const connection = usable()
      connection.send(textCallback(messages.port, messages.mode, line.from, line.text), (answer) => {
        const problem = problemOf(messages, line, answer, number)
        if (problem !== undefined) return failed(new Error(problem))
        if (line.expected === undefined && !isSilent(answer)) answeredInWords += 1
        millis.push(performance.now() - dueMillis)
        free.push({ connection, sinceMillis: performance.now() })
        then()
      })
    },
    finish: (): Load => {
      for (const connection of all) connection.close()
      return {
        seconds: (performance.now() - startMillis) / 1_000,
        medianMillis: percentile(millis, 0.5),
        p99Millis: percentile(millis, 0.99),
        answeredInWords
      }
    }
  }
}

/** One in how many encrypted answers is opened: opening all of them would slow down the load. */
const openedShare = 50

const problemOf = (
  { mode }: Messages,
  { expected }: Line,
  { status, body }: HttpAnswer,
  number: number
): string | undefined => {
  if (status !== 200) return `a message was answered with ${status}`
  if (expected === undefined) return undefined
  if (mode === "plain") return body.includes(expected) ? undefined : `not the answer: ${body}`
  if (!body.includes("<Encrypt>")) return `not encrypted: ${body}`
  return number % openedShare !== 0 || openedAnswer(body)?.includes(expected)
    ? undefined
    : `not the answer: ${body}`
}

const isSilent = ({ body }: HttpAnswer): boolean => body === success || body === ""

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
