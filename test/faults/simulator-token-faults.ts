import { simulated, type PlantedFault } from "./planted-fault.ts"

const tokens = "protocol/5-tokens"

/** Against the access tokens of the simulated WeChat (protocol notes 5). */
export const simulatorTokenFaults: ReadonlyArray<PlantedFault> = [
  simulated(
    "notes 5",
    "a token lives on when another was issued",
    [
      "token-issuer.ts",
      'issued(shorten(issuer, "token", nowMillis + overlapSeconds * 1000), value',
      "issued(issuer, value"
    ],
    [tokens, "token: a repeat call issues a new token"]
  ),
  simulated(
    "notes 5",
    "the old token dies at once",
    [
      "token-issuer.ts",
      'shorten(issuer, "token", nowMillis + overlapSeconds * 1000)',
      'shorten(issuer, "token", nowMillis)'
    ],
    [tokens, "token: a repeat call issues a new token"]
  ),
  simulated(
    "notes 5",
    "the two overlap for ten minutes",
    ["token-issuer.ts", "const overlapSeconds = 300", "const overlapSeconds = 600"],
    [tokens, "the old one dies after 5 min of overlap"]
  ),
  simulated(
    "notes 5",
    "stable_token gives a new token each time",
    ["account-side.ts", "if (current !== undefined) return", "if (current === undefined) return"],
    [tokens, "stable_token: the same token until 5 min before expiry"]
  ),
  simulated(
    "notes 5",
    "stable_token gives the same token until its end",
    [
      "token-issuer.ts",
      "latest.expiresAtMillis - nowMillis > overlapSeconds * 1000",
      "latest.expiresAtMillis > nowMillis"
    ],
    [tokens, "stable_token: the same token until 5 min before expiry"]
  ),
  simulated(
    "notes 5",
    "the stable token before ends with the next",
    [
      "token-issuer.ts",
      'issued(issuer, value, "stable_token", nowMillis)\n',
      'issued(shorten(issuer, "stable_token", nowMillis), value, "stable_token", nowMillis)\n'
    ],
    [tokens, "both valid for those 5 min"]
  ),
  simulated(
    "notes 5",
    "one token call ends the other's tokens",
    ["token-issuer.ts", "token.kind === kind && token.expiresAtMillis", "token.expiresAtMillis"],
    [tokens, "relation: the two APIs' tokens are isolated"]
  ),
  simulated(
    "notes 5",
    "a forced token leaves the old one alive",
    ["token-issuer.ts", '{ ...shorten(issuer, "stable_token", nowMillis), forced', "{ ...issuer, forced"],
    [tokens, "force_refresh:true kills the old token"]
  ),
  simulated(
    "notes 5",
    "tokens may be forced 21 times a day",
    ["token-issuer.ts", "const forcedPerDay = 20", "const forcedPerDay = 21"],
    [tokens, "force_refresh:true kills the old token"]
  ),
  simulated(
    "notes 5",
    "tokens may be forced 29 s apart",
    ["token-issuer.ts", "const forcedApartMillis = 30_000", "const forcedApartMillis = 29_000"],
    [tokens, "force_refresh:true kills the old token"]
  ),
  simulated(
    "notes 5",
    "a test account may ask for 2,000 tokens a day",
    ["account-kind.ts", '"/cgi-bin/token": 200,', '"/cgi-bin/token": 2000,'],
    [tokens, "limits: token 2000/day, 200/day for a test account"]
  ),
  simulated(
    "notes 5",
    "a new account may ask for 200 tokens a day",
    ["account-kind.ts", '"/cgi-bin/token": 2000,', '"/cgi-bin/token": 200,'],
    [tokens, "limits: token 2000/day, 200/day for a test account"]
  ),
  simulated(
    "notes 5",
    "the day begins at midnight in Greenwich",
    ["call-counts.ts", "const beijingAheadMillis = 8 * hourMillis", "const beijingAheadMillis = 0"],
    [tokens, "until midnight in Beijing"]
  ),
  simulated(
    "notes 5",
    "stable_token may be asked 20,000 times a minute",
    ["call-counts.ts", "stableTokenCallsPerMinute = 10_000", "stableTokenCallsPerMinute = 20_000"],
    [tokens, "limits: stable_token 10 000/min"]
  ),
  simulated(
    "notes 5",
    "a minute's count never begins anew",
    ["call-counts.ts", "minute, tokenCallsThisMinute: 0 }", "minute }"],
    [tokens, "limits: stable_token 10 000/min"]
  ),
  simulated(
    "notes 5",
    "a token lives for three hours",
    ["token-issuer.ts", "tokenLifeSeconds = 7200", "tokenLifeSeconds = 10_800"],
    [tokens, "expires_in ≤ 7200"]
  ),
  simulated(
    "notes 5",
    "a token has 500 characters",
    ["token-issuer.ts", "tokenCharacters = 544", "tokenCharacters = 500"],
    [tokens, "reserve ≥ 512 characters"]
  ),
  simulated(
    "notes 5",
    "errmsg has no rid",
    [
      "errcode.ts",
      '`${errmsgs[nameOf(refusal.errcode)]} rid: ${parts.join("-")}`',
      "errmsgs[nameOf(refusal.errcode)]"
    ],
    [tokens, "errors come as HTTP 200 with errcode and errmsg"]
  ),
  simulated(
    "notes 5",
    "a refusal comes as HTTP 400",
    [
      "api.ts",
      "        status: 200,\n        value: yield* refusalBody",
      "        status: 400,\n        value: yield* refusalBody"
    ],
    [tokens, "errors come as HTTP 200 with errcode and errmsg"]
  ),
  simulated(
    "notes 5",
    "an expired token is called invalid",
    [
      "token-issuer.ts",
      'token.superseded ? "tokenInvalid" : "tokenExpired"',
      'token.superseded ? "tokenInvalid" : "tokenInvalid"'
    ],
    [tokens, "codes: 40001, 40014, 42001, 41001"]
  ),
  simulated(
    "notes 5",
    "a token that a newer one ended is called expired",
    ["token-issuer.ts", 'token.superseded ? "tokenInvalid" : "tokenExpired"', '"tokenExpired"'],
    [tokens, "token: a repeat call issues a new token"]
  ),
  simulated(
    "notes 5",
    "a missing token is called invalid",
    ["token-issuer.ts", 'Result.fail(refuse("tokenMissing"))', 'Result.fail(refuse("tokenInvalid"))'],
    [tokens, "codes: 40001, 40014, 42001, 41001"]
  ),
  simulated(
    "notes 5",
    "a malformed token is called invalid",
    [
      "token-issuer.ts",
      'return Result.fail(refuse("tokenMalformed"))',
      'return Result.fail(refuse("tokenInvalid"))'
    ],
    [tokens, "codes: 40001, 40014, 42001, 41001"]
  ),
  simulated(
    "notes 5",
    "calls need no token",
    ["api.ts", "if (endpoint.needsToken) {", "if (endpoint === unknownEndpoint) {"],
    [tokens, "codes: 40001, 40014, 42001, 41001"]
  ),
  simulated(
    "notes 5",
    "any app secret will do",
    [
      "account-side.ts",
      "secret === Redacted.value(app.appSecret) ? Effect.void",
      'secret !== "" ? Effect.void'
    ],
    [tokens, "40013, 40125"]
  ),
  simulated(
    "notes 5",
    "any app id will do",
    ["account-side.ts", 'if (appId !== app.appId) return Effect.fail(refuse("appIdInvalid"))\n', ""],
    [tokens, "40013, 40125"]
  ),
  simulated(
    "notes 5",
    "any grant_type will do for a token",
    [
      "api-endpoints.ts",
      'if (query.get("grant_type") !== "client_credential") return yield* refuse("grantTypeInvalid")\n',
      ""
    ],
    [tokens, "40013, 40125"]
  ),
  simulated(
    "notes 5",
    "a token may be asked for by POST",
    [
      "api.ts",
      'if (endpoint.method === "GET" && method !== "GET") return yield* refuse("getRequired")\n',
      ""
    ],
    [tokens, "40013, 40125"]
  )
]
