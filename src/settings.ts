/** The settings (contract, "Settings"): read from the environment, all problems at once, each naming its variable. */
import { type DateTime, Option, Redacted, Result, Schema } from "effect"
import type { DeliveryMode } from "./chat/pushing.ts"
import { readWords } from "./chat/word-filter.ts"
import type { ChatbotSettings } from "./chatbot/teasing.ts"
import * as read from "./setting-values.ts"

export interface Settings {
  readonly host: string
  readonly port: number
  /** Base of links that are sent to users, without a slash at the end. */
  readonly publicUrl: string
  readonly weChat: WeChatSettings
  readonly memcached: {
    readonly servers: ReadonlyArray<read.HostPort>
    readonly username: string | undefined
    readonly password: Redacted.Redacted | undefined
  }
  /** `sqlite:PATH` or `postgres://…`, which may hold a password. The demo keeps nothing unless it is told where. */
  readonly databaseUrl: Redacted.Redacted
  /** A file of words; lines that hold one are not passed on. */
  readonly wordFilterFile: string | undefined
  /** Signs links, and makes the hashes of the logs; undefined: a new one with each start. */
  readonly linkSecret: Redacted.Redacted | undefined
  readonly pairingTimeoutMillis: number
  readonly chatIdleTimeoutMillis: number
  /** Base of the campus gateway, without a slash at the end; undefined: no school is connected. */
  readonly campusUrl: string | undefined
  readonly campusAppId: string | undefined
  readonly chatbot: ChatbotSettings
  readonly timeZone: DateTime.TimeZone
  readonly logLevel: read.LogLevel
  readonly logFormat: "pretty" | "json" | undefined
  readonly otlpEndpoint: string | undefined
}

export interface WeChatSettings {
  readonly token: Redacted.Redacted | undefined
  readonly appId: string | undefined
  readonly appSecret: Redacted.Redacted | undefined
  readonly aesKey: Redacted.Redacted | undefined
  readonly previousAesKey: Redacted.Redacted | undefined
  readonly messageMode: "plain" | "compatible" | "safe"
  readonly delivery: DeliveryMode
  readonly apiUrl: string
}

/** Everything that is wrong, each with its variable's name; values are not repeated, since some are secrets. */
export class SettingsInvalid extends Schema.TaggedError<SettingsInvalid>()("SettingsInvalid", {
  problems: Schema.Array(Schema.String)
}) {
  override get message() {
    return ["The settings cannot be used:", ...this.problems.map((problem) => `  ${problem}`)].join("\n")
  }
}

/** Variables by name; an empty one counts as missing. */
export type Variables = Readonly<Record<string, string | undefined>>

/**
 * What the settings are read for. `serve` needs the token; `inspect` is a command that looks at what `serve` keeps, and needs less; `demo`
 * keeps nothing unless it is told where, and takes no chatbot that was not named.
 */
export type Purpose = "serve" | "inspect" | "demo"

/** Reads all settings. */
export const readSettings = (
  variables: Variables,
  purpose: Purpose
): Result.Result<Settings, SettingsInvalid> => {
  const { settings, problems } = inspectSettings(variables, purpose)
  return problems.length === 0 ? Result.succeed(settings) : Result.fail(new SettingsInvalid({ problems }))
}

/** The settings, those that cannot be used at their defaults, and what is wrong with them. */
export const inspectSettings = (
  variables: Variables,
  purpose: Purpose
): { readonly settings: Settings; readonly problems: ReadonlyArray<string> } => {
  const problems: Array<string> = []

  const value = (name: string): string | undefined => {
    const found = variables[name]?.trim()
    return found === undefined || found === "" ? undefined : found
  }
  const optional = <A>(name: string, reader: read.Reader<A>): A | undefined => {
    const found = value(name)
    if (found === undefined) return undefined
    const result = reader.read(found)
    if (Option.isNone(result)) problems.push(`${name} must be ${reader.expected}`)
    return Option.getOrUndefined(result)
  }
  const setting = <A>(name: string, reader: read.Reader<A>, otherwise: A): A =>
    optional(name, reader) ?? otherwise
  const needs = (condition: boolean, problem: string) => {
    if (condition) problems.push(problem)
  }

  const host = value("HOST") ?? read.defaults.host
  const port = setting("PORT", read.port, read.defaults.port)
  const appId = optional("WECHAT_APP_ID", read.appId)
  const appSecret = optional("WECHAT_APP_SECRET", read.secret)
  const aesKey = optional("WECHAT_ENCODING_AES_KEY", read.encodingAesKey)
  const token = optional("WECHAT_TOKEN", read.weChatToken)
  const messageMode = setting(
    "WECHAT_MESSAGE_MODE",
    read.oneOf(["plain", "compatible", "safe"]),
    aesKey === undefined ? "plain" : "safe"
  )
  const delivery = setting(
    "WECHAT_DELIVERY",
    read.oneOf(["active", "passive"]),
    appSecret === undefined ? "passive" : "active"
  )
  needs(
    purpose === "serve" && value("WECHAT_TOKEN") === undefined,
    "WECHAT_TOKEN is missing: serving needs the token set in WeChat's console"
  )
  needs(
    value("WECHAT_APP_SECRET") !== undefined && value("WECHAT_APP_ID") === undefined,
    "WECHAT_APP_ID is missing: WECHAT_APP_SECRET is of no use without it"
  )
  needs(
    delivery === "active" && value("WECHAT_APP_SECRET") === undefined,
    "WECHAT_APP_SECRET is missing: WECHAT_DELIVERY=active needs it"
  )
  needs(
    messageMode !== "plain" && value("WECHAT_ENCODING_AES_KEY") === undefined,
    `WECHAT_ENCODING_AES_KEY is missing: WECHAT_MESSAGE_MODE=${messageMode} needs it`
  )
  needs(
    messageMode !== "plain" && value("WECHAT_APP_ID") === undefined,
    `WECHAT_APP_ID is missing: WECHAT_MESSAGE_MODE=${messageMode} needs it`
  )
  /** `OPENAI_API_KEY` may be in the environment for another program: then the demo does not ask for the rest. */
  const chatbot = (): ChatbotSettings => {
    const simsimiUrl = setting("SIMSIMI_URL", read.url, read.defaults.simsimiUrl)
    const simsimiKey = optional("SIMSIMI_API_KEY", read.secret)
    const openaiUrl = optional("OPENAI_BASE_URL", read.url)
    const openaiKey = optional("OPENAI_API_KEY", read.secret)
    const model = value("OPENAI_MODEL")
    const named = optional("CHATBOT", read.oneOf(["none", "simsimi", "openai"]))
    const kind = named ?? (simsimiKey !== undefined ? "simsimi" : openaiKey !== undefined ? "openai" : "none")
    const isMeant = named !== undefined || purpose === "serve"
    const missing = (name: string) =>
      needs(isMeant && value(name) === undefined, `${name} is missing: CHATBOT=${kind} needs it`)
    if (kind === "simsimi") {
      missing("SIMSIMI_API_KEY")
      if (simsimiKey !== undefined) return { _tag: "SimSimi", url: simsimiUrl, key: simsimiKey }
    }
    if (kind === "openai") {
      missing("OPENAI_BASE_URL")
      missing("OPENAI_MODEL")
      if (openaiUrl !== undefined && model !== undefined) {
        return { _tag: "OpenAI", url: openaiUrl, key: openaiKey, model }
      }
    }
    return { _tag: "None" }
  }

  /** Read again at the start; here so that its problem stands with the others. */
  const wordFilterFile = (): string | undefined => {
    const file = value("WORD_FILTER_FILE")
    const problem = file === undefined ? Option.none() : Result.getFailure(readWords(file))
    if (Option.isSome(problem)) problems.push(problem.value.message)
    return file
  }

  const settings: Settings = {
    host,
    port,
    publicUrl: setting("PUBLIC_URL", read.url, `http://${host.includes(":") ? `[${host}]` : host}:${port}`),
    weChat: {
      token,
      appId,
      appSecret,
      aesKey,
      previousAesKey: optional("WECHAT_PREVIOUS_ENCODING_AES_KEY", read.encodingAesKey),
      messageMode,
      delivery,
      apiUrl: setting("WECHAT_API_URL", read.url, read.defaults.weChatApiUrl)
    },
    memcached: {
      servers: setting("MEMCACHED_SERVERS", read.servers, []),
      username: value("MEMCACHED_USERNAME"),
      password: optional("MEMCACHED_PASSWORD", read.secret)
    },
    databaseUrl: setting(
      "DATABASE_URL",
      read.databaseUrl,
      purpose === "demo" ? databaseInMemory : databaseFile
    ),
    pairingTimeoutMillis: setting("PAIRING_TIMEOUT", read.pairingTimeout, read.defaults.pairingTimeoutMillis),
    chatIdleTimeoutMillis: setting(
      "CHAT_IDLE_TIMEOUT",
      read.idleTimeout,
      read.defaults.chatIdleTimeoutMillis
    ),
    wordFilterFile: wordFilterFile(),
    linkSecret: optional("LINK_SECRET", read.secret),
    campusUrl: optional("CAMPUS_URL", read.url),
    campusAppId: value("CAMPUS_APP_ID"),
    chatbot: chatbot(),
    timeZone: setting("TIME_ZONE", read.timeZone, read.defaults.timeZone),
    logLevel: setting("LOG_LEVEL", read.logLevel, "Info"),
    logFormat: optional("LOG_FORMAT", read.oneOf(["pretty", "json"])),
    otlpEndpoint: optional("OTEL_EXPORTER_OTLP_ENDPOINT", read.url)
  }
  return { settings, problems }
}

const databaseFile = Redacted.make("sqlite:./data/xiaohou.sqlite")
const databaseInMemory = Redacted.make("sqlite::memory:")
