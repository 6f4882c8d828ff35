import { Effect, Redacted, Schema } from "effect"
import memjs from "memjs"
import type { MemjsOptions } from "./memjs-backend.ts"

/** What a server says of itself. `usedBytes` of `limitBytes` hold items; `evictions`: items dropped for want of memory since its start. */
export interface Statistics {
  readonly usedBytes: number
  readonly limitBytes: number
  readonly evictions: number
}

/** The server did not answer `stats`, or not with these numbers. */
export class StatisticsUnavailable extends Schema.TaggedError<StatisticsUnavailable>()(
  "StatisticsUnavailable",
  { server: Schema.String }
) {
  override get message() {
    return `memcached ${this.server} gives no statistics`
  }
}

/** Only an operator waits for it. */
const answerTimeoutMillis = 3_000

/** Asks one server for its statistics, on a connection of its own: their answer comes in parts, which the service's client does not read. */
export const statisticsOf = (
  options: MemjsOptions & { readonly servers: readonly [MemjsOptions["servers"][number]] }
): Effect.Effect<Statistics, StatisticsUnavailable> => {
  const [{ host, port }] = options.servers
  const unavailable = new StatisticsUnavailable({ server: `${host}:${port}` })
  const ask = (client: memjs.Client) =>
    Effect.callback<Record<string, string>, StatisticsUnavailable>((resume) =>
      client.stats((error, _server, stats) =>
        resume(error === null && stats !== null ? Effect.succeed(stats) : Effect.fail(unavailable))
      )
    )
  return Effect.acquireUseRelease(
    Effect.sync(() => connect(options, `${host.includes(":") ? `[${host}]` : host}:${port}`)),
    ask,
    (client) => Effect.sync(() => client.close())
  ).pipe(
    Effect.timeoutOrElse({ duration: answerTimeoutMillis, orElse: () => Effect.fail(unavailable) }),
    Effect.flatMap((stats) => Effect.mapError(decode(stats), () => unavailable)),
    Effect.map(({ bytes, limit_maxbytes, evictions }) => ({
      usedBytes: bytes,
      limitBytes: limit_maxbytes,
      evictions
    }))
  )
}

const connect = ({ username, password }: MemjsOptions, address: string) =>
  memjs.Client.create(address, {
    retries: 0,
    logger: { log: () => undefined },
    ...(username === undefined || password === undefined
      ? {}
      : { username, password: Redacted.value(password) })
  })

const decode = Schema.decodeUnknownEffect(
  Schema.Struct({
    bytes: Schema.FiniteFromString,
    limit_maxbytes: Schema.FiniteFromString,
    evictions: Schema.FiniteFromString
  })
)
