import type { Redacted } from "effect"
import type { CallbackLine } from "./callback-exchange.ts"
import type { ConditionsChange } from "./conditions.ts"

/** What WeChat's console knows of the account. */
export interface PlatformSettings {
  /** Where callbacks go, for instance `http://127.0.0.1:3000/wechat`; several for several servers behind one name. */
  readonly callbackUrls: CallbackLine["callbackUrls"]
  readonly token: Redacted.Redacted
  readonly appId: string
  readonly appSecret: Redacted.Redacted
  /** EncodingAESKey; without one all messages are plain. */
  readonly aesKey?: Redacted.Redacted | undefined
  /** The account's original id, `gh_…`. */
  readonly accountId: string
  /** The conditions at the start; without them all is well. */
  readonly conditions?: ConditionsChange
  /** The name over each conversation; 小猴 when left out. */
  readonly accountName?: string
  /** How long one callback may take; WeChat's 5 s when left out. */
  readonly attemptLimitMillis?: number
}
