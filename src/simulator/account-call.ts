/** The bodies of the account's calls, read as WeChat reads them (protocol notes 5, 6.3, 10). */
import { Effect, Schema } from "effect"
import { refuse, type ApiRefusal } from "./errcode.ts"

/** A JSON body by its schema: 44002 when empty, 47001 when it is not that. */
export const readJson =
  <A>(schema: Schema.ConstraintCodec<A, unknown>) =>
  (text: string): Effect.Effect<A, ApiRefusal> =>
    text === ""
      ? Effect.fail(refuse("bodyEmpty"))
      : Schema.decodeEffect(Schema.fromJsonString(schema))(text).pipe(
          Effect.mapError(() => refuse("jsonInvalid"))
        )

export const StableTokenBody = Schema.Struct({
  grant_type: Schema.String,
  appid: Schema.optionalKey(Schema.String),
  secret: Schema.optionalKey(Schema.String),
  force_refresh: Schema.optionalKey(Schema.Boolean)
})

export const TypingBody = Schema.Struct({ touser: Schema.String, command: Schema.String })

export const CallbackCheckBody = Schema.Struct({ action: Schema.String, check_operator: Schema.String })

export const ClearQuotaBody = Schema.Struct({ appid: Schema.String })

export const ClearQuotaByAppBody = Schema.Struct({
  appid: Schema.optionalKey(Schema.String),
  appsecret: Schema.optionalKey(Schema.String)
})

export const QuotaBody = Schema.Struct({ cgi_path: Schema.String })

/** Whether a JSON body holds `\uXXXX`, which some calls do not take (notes 6.2, 7). */
export const hasEscapes = (text: string): boolean => /(?<!\\)(?:\\\\)*\\u[0-9a-fA-F]{4}/.test(text)
