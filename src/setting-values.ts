import { DateTime, Duration, Option, Redacted } from "effect"
import { minuteMillis } from "./core/durations.ts"

/** What holds if a variable is not set and no other one decides it. */
export const defaults = {
  host: "127.0.0.1",
  port: 3000,
  weChatApiUrl: "https://api.weixin.qq.com",
  simsimiUrl: "https://wsapi.simsimi.com",
  pairingTimeoutMillis: 50_000,
  chatIdleTimeoutMillis: 30 * minuteMillis,
  timeZone: DateTime.zoneMakeNamedUnsafe("Asia/Shanghai")
} as const

/** How one variable is read: what it must be, in words, and the value of a text that is that. */
export interface Reader<A> {
  readonly expected: string
  readonly read: (text: string) => Option.Option<A>
}

export interface HostPort {
  readonly host: string
  readonly port: number
}

const reader = <A>(expected: string, read: (text: string) => Option.Option<A>): Reader<A> => ({
  expected,
  read
})

const pattern = (expected: string, allowed: RegExp): Reader<string> =>
  reader(expected, (text) => (allowed.test(text) ? Option.some(text) : Option.none()))

const redacted = (plain: Reader<string>): Reader<Redacted.Redacted> =>
  reader(plain.expected, (text) => Option.map(plain.read(text), (secret) => Redacted.make(secret)))

export const oneOf = <const A extends string>(choices: ReadonlyArray<A>): Reader<A> =>
  reader(choices.join(" or "), (text) => Option.fromUndefinedOr(choices.find((choice) => choice === text)))

const highestPort = 65_535

const portNumber = (text: string): Option.Option<number> => {
  const number = Number(text)
  return /^\d+$/.test(text) && number <= highestPort ? Option.some(number) : Option.none()
}

export const port = reader(`a port number from 0 to ${highestPort}`, portNumber)

/** Any text. */
export const secret = redacted(pattern("a text", /\S/))

/**
 * WeChat's console is said to allow 3 to 32 letters and digits (protocol notes 1, unverified). Any token that the console took
 * must work here, so only what cannot be a token is refused.
 */
export const weChatToken = redacted(pattern("3 to 64 characters without spaces", /^[!-~]{3,64}$/))

export const encodingAesKey = redacted(pattern("43 characters of base64", /^[A-Za-z0-9+/]{43}$/))

export const appId = pattern("letters and digits, such as wx1234567890abcdef", /^[A-Za-z0-9_-]{1,64}$/)

export const url = reader("an address that begins with http:// or https://", (text) => {
  const parsed = URL.parse(text)
  return parsed?.protocol === "http:" || parsed?.protocol === "https:"
    ? Option.some(text.replace(/\/+$/, ""))
    : Option.none()
})

export const databaseUrl = redacted(
  pattern("sqlite:PATH or postgres://…", /^(sqlite:.+|postgres(ql)?:\/\/.+)$/)
)

const memcachedPort = 11_211

export const servers: Reader<ReadonlyArray<HostPort>> = reader(
  "host:port, several separated by commas",
  (text) =>
    Option.all(
      text.split(",").map((part) => {
        const match = /^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+)(?::(\d+))?$/.exec(part.trim())
        const host = match?.[1]?.replace(/^\[|\]$/g, "")
        if (host === undefined) return Option.none<HostPort>()
        const given = match?.[2] === undefined ? Option.some(memcachedPort) : portNumber(match[2])
        return Option.map(given, (number) => ({ host, port: number }))
      })
    )
)

const within = (expected: string, least: Duration.Duration, below: Duration.Duration): Reader<number> =>
  reader(expected, (text) => {
    if (!/^\d+(\.\d+)? [a-z]+$/.test(text)) return Option.none()
    return Duration.fromInput(text as Duration.Input).pipe(
      Option.filter(
        (duration) => Duration.isGreaterThanOrEqualTo(duration, least) && Duration.isLessThan(duration, below)
      ),
      Option.map(Duration.toMillis)
    )
  })

/** Less is a slip of the pen: nobody could answer in that time. */
const shortestTimeout = Duration.millis(100)

/** Under a minute: the end of a search is pushed in the window that the click on 配对 opened. */
export const pairingTimeout = within(
  "a duration from 100 millis to under 1 minute, such as 50 seconds",
  shortestTimeout,
  Duration.minutes(1)
)

/** Rooms and sessions live for seven days in memcached, and no pair may outlive them. */
export const idleTimeout = within(
  "a duration from 100 millis to under 1 day, such as 30 minutes",
  shortestTimeout,
  Duration.days(1)
)

export const timeZone: Reader<DateTime.TimeZone> = reader("a time zone, such as Asia/Shanghai", (text) =>
  DateTime.zoneMakeNamed(text)
)

const logLevels = {
  trace: "Trace",
  debug: "Debug",
  info: "Info",
  warn: "Warn",
  warning: "Warn",
  error: "Error",
  fatal: "Fatal",
  none: "None"
} as const

export type LogLevel = (typeof logLevels)[keyof typeof logLevels]

export const logLevel: Reader<LogLevel> = reader("trace, debug, info, warn, error, fatal or none", (text) =>
  Option.fromUndefinedOr(Object.entries(logLevels).find(([name]) => name === text.toLowerCase())?.[1])
)
