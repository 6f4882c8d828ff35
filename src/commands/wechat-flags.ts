/** The flags of `wechat` and `wechat replay`: the account as WeChat's console would hold it, and where its page and API listen. */
import { Option, Redacted } from "effect"
import type { Command } from "effect/cli"
import { Flag } from "effect/cli"
import { defaults, encodingAesKey, port, url, weChatToken } from "../setting-values.ts"
import { AccountKind } from "../simulator/account-kind.ts"
import { CallbackMode, type ConditionsChange } from "../simulator/conditions.ts"
import type { PlatformSettings } from "../simulator/platform-settings.ts"
import { valueFlag } from "./value-flag.ts"

/** What a bot is told if nothing else is said. The secret is no secret: it stands here. */
const byDefault = {
  host: "127.0.0.1",
  port: 8088,
  accountId: "gh_0123456789ab",
  name: "公众号",
  appId: "wx0123456789abcdef",
  appSecret: "0123456789abcdef0123456789abcdef"
} as const

export const weChatFlags = {
  callback: valueFlag("callback", url).pipe(
    Flag.withDescription("Where the bot listens for WeChat; several times for several servers of one bot"),
    Flag.atLeast(1)
  ),
  token: valueFlag("token", weChatToken).pipe(Flag.withDescription("The token that the bot was given")),
  host: Flag.String("host").pipe(
    Flag.withDescription(`Where the page and WeChat's API listen (default ${byDefault.host})`),
    Flag.withDefault(byDefault.host)
  ),
  port: valueFlag("port", port).pipe(
    Flag.withDescription(
      `Their port; http://HOST:PORT is what the bot calls instead of ${defaults.weChatApiUrl} (default ${byDefault.port})`
    ),
    Flag.withDefault(byDefault.port)
  ),
  accountId: Flag.String("account-id").pipe(
    Flag.withDescription(`The account's original id, the bot's ToUserName (default ${byDefault.accountId})`),
    Flag.withDefault(byDefault.accountId)
  ),
  name: Flag.String("name").pipe(
    Flag.withDescription(`The name over the conversations (default ${byDefault.name})`),
    Flag.withDefault(byDefault.name)
  ),
  appId: Flag.String("app-id").pipe(
    Flag.withDescription(`The app id with which the bot asks for tokens (default ${byDefault.appId})`),
    Flag.withDefault(byDefault.appId)
  ),
  appSecret: Flag.Redacted("app-secret").pipe(
    Flag.withDescription(`The secret with which the bot asks for tokens (default ${byDefault.appSecret})`),
    Flag.optional
  ),
  aesKey: valueFlag("aes-key", encodingAesKey).pipe(
    Flag.withDescription("EncodingAESKey; without one all messages are plain"),
    Flag.optional
  ),
  mode: Flag.Literals("mode", CallbackMode.literals).pipe(
    Flag.withDescription("How messages travel (default plain, or what --conditions says)"),
    Flag.optional
  ),
  kind: Flag.Literals("kind", AccountKind.literals).pipe(
    Flag.withDescription("The kind of account (default verified, or what --conditions says)"),
    Flag.optional
  ),
  conditions: Flag.FileText("conditions").pipe(
    Flag.withDescription("A file of conditions, such as a plan of faults (docs/wechat.md)"),
    Flag.withDefault("{}")
  )
}

export type WeChatFlags = Command.Command.Config.Infer<typeof weChatFlags>

/** What the file says, and over it what the flags say. */
export const conditionsOf = (given: WeChatFlags, inFile: ConditionsChange): ConditionsChange => ({
  ...inFile,
  ...(Option.isSome(given.mode) ? { mode: given.mode.value } : {}),
  ...(Option.isSome(given.kind) ? { kind: given.kind.value } : {})
})

export const platformSettings = (given: WeChatFlags, conditions: ConditionsChange): PlatformSettings => {
  const [first = "", ...others] = given.callback
  return {
    callbackUrls: [first, ...others],
    token: given.token,
    appId: given.appId,
    appSecret: Option.getOrElse(given.appSecret, () => Redacted.make(byDefault.appSecret)),
    aesKey: Option.getOrUndefined(given.aesKey),
    accountId: given.accountId,
    accountName: given.name,
    conditions
  }
}

/** What goes into the settings of the bot, line by line. A secret that somebody gave is not repeated. */
export const botSettings = (given: WeChatFlags, mode: CallbackMode = "plain"): ReadonlyArray<string> => {
  const rows = [
    ["WeChat's API", `http://${given.host}:${given.port}  (instead of ${defaults.weChatApiUrl})`],
    ["token", "as given by --token"],
    ["app id", given.appId],
    ["app secret", Option.isSome(given.appSecret) ? "as given by --app-secret" : byDefault.appSecret],
    [
      "EncodingAESKey",
      Option.isSome(given.aesKey) ? "as given by --aes-key" : "none: all messages are plain"
    ],
    ["message mode", mode],
    ["original id", given.accountId]
  ] as const
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`)
}
