import { createHash } from "node:crypto"
import { Clock, Effect, Metric } from "effect"

export type RefusalStatus = 400 | 401 | 408 | 413

/** 408 and 413 leave a body half read: without an end of the connection Node would go on reading what nobody wants. */
export const endsConnection = (status: RefusalStatus): boolean => status === 408 || status === 413

/** What is known of a callback that is refused. */
export interface Refused {
  readonly status: RefusalStatus
  /** In words that hold nothing of the query or the body. */
  readonly why: string
  readonly query: URLSearchParams
  /** As far as it was read: a client that cannot sign does not get to send one. */
  readonly body?: string
}

const refusedTotal = Metric.counter("callbacks_refused_total", {
  description: "Callbacks that were refused, by HTTP status",
  incremental: true
})

/** How often each status is logged: a client that knocks again and again must not fill the log. */
const logEveryMillis = 10_000

/** Enough of a hash to find the same body again. */
const hashDigits = 16

/**
 * Counts refused callbacks, and logs what helps to find out why (pitfall 27), but nothing that could be used again: of the
 * query the names of its fields and how far its time is off, of the body its length and a hash.
 */
export const makeRefusals = () => {
  const lines = new Map<RefusalStatus, { readonly atMillis: number; readonly unlogged: number }>()

  return Effect.fnUntraced(function* (refused: Refused) {
    const { status } = refused
    yield* Metric.update(Metric.withAttributes(refusedTotal, { status: String(status) }), 1)
    const now = yield* Clock.currentTimeMillis
    const last = lines.get(status)
    if (last !== undefined && now - last.atMillis < logEveryMillis) {
      lines.set(status, { ...last, unlogged: last.unlogged + 1 })
    } else {
      lines.set(status, { atMillis: now, unlogged: 0 })
      yield* Effect.logWarning("a callback was refused", {
        ...factsOf(refused, now),
        ...(last === undefined || last.unlogged === 0 ? {} : { unlogged: last.unlogged })
      })
    }
  })
}

const factsOf = ({ status, why, query, body }: Refused, nowMillis: number) => {
  const timestamp = query.get("timestamp") ?? ""
  return {
    status,
    why,
    fields: [...new Set(query.keys())].filter((name) => knownFields.has(name)).join(" "),
    ...(/^\d{1,12}$/u.test(timestamp)
      ? { secondsOff: Math.round(Number(timestamp) - nowMillis / 1_000) }
      : {}),
    ...(body === undefined
      ? {}
      : {
          bodyBytes: Buffer.byteLength(body),
          bodyHash: createHash("sha256").update(body).digest("hex").slice(0, hashDigits)
        })
  }
}

/** Names that WeChat uses; any other may hold anything. */
const knownFields: ReadonlySet<string> = new Set([
  "signature",
  "timestamp",
  "nonce",
  "openid",
  "encrypt_type",
  "msg_signature",
  "echostr"
])
