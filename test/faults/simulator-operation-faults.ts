import { simulated, type PlantedFault } from "./planted-fault.ts"

const operations = "protocol/10-operations"
const media = "protocol/media"

/** Against media, counts of calls and the rest of the API (protocol notes 6.2, 10). */
export const simulatorOperationFaults: ReadonlyArray<PlantedFault> = [
  simulated(
    "notes 10",
    "a test account may seal messages",
    [
      "account-kind.ts",
      "mayEncrypt: false, callsPerDay: testCallsPerDay",
      "mayEncrypt: true, callsPerDay: testCallsPerDay"
    ],
    [operations, "test account: only plain mode"]
  ),
  simulated(
    "notes 10",
    "get_api_domain_ip holds no range",
    ["api-endpoints.ts", '"198.51.100.0/24"', '"198.51.100.1"'],
    [operations, "get_api_domain_ip and getcallbackip"]
  ),
  simulated(
    "notes 10",
    "callback/check takes any action",
    [
      "api-endpoints.ts",
      'if (!checkActions.has(action)) return yield* refuse("callbackActionInvalid")\n',
      ""
    ],
    [operations, "callback/check: dns[] and ping[]"]
  ),
  simulated(
    "notes 10",
    "callback/check takes any operator",
    [
      "api-endpoints.ts",
      'if (!checkOperators.has(check_operator)) return yield* refuse("callbackOperatorInvalid")\n',
      ""
    ],
    [operations, "callback/check: dns[] and ping[]"]
  ),
  simulated(
    "notes 10",
    "a ping looks up names as well",
    ["api-endpoints.ts", 'dns: action === "ping" ? []', 'dns: action === "no" ? []'],
    [operations, "callback/check: dns[] and ping[]"]
  ),
  simulated(
    "notes 10",
    "what is used does not count",
    ["call-counts.ts", "set(path, countOf(path) + 1)", "set(path, countOf(path))"],
    [operations, "openapi/quota/get: daily_limit, used, remain"]
  ),
  simulated(
    "notes 10",
    "openapi/quota/get knows every path",
    ["api-endpoints.ts", ': Effect.fail(refuse("quotaPathInvalid"))', ": Effect.succeed(path)"],
    [operations, "openapi/quota/get: daily_limit, used, remain"]
  ),
  simulated(
    "notes 10",
    "openapi/quota/get answers for calls of other kinds of account",
    ["call-counts.ts", 'if (!mayCall(kindNow(), path)) return yield* refuse("quotaOfAnotherKind")\n', ""],
    [operations, "openapi/quota/get: daily_limit, used, remain"]
  ),
  simulated(
    "notes 10",
    "all counts may begin anew eleven times a month",
    ["call-counts.ts", "clearsPerMonth = 10\n", "clearsPerMonth = 11\n"],
    [operations, "clear_quota: all counts anew"]
  ),
  simulated(
    "notes 10",
    "clear_quota clears nothing",
    ["call-counts.ts", "counts = { ...counts, calls: new Map(), clears", "counts = { ...counts, clears"],
    [operations, "clear_quota: all counts anew"]
  ),
  simulated(
    "notes 10",
    "the month's count never begins anew",
    ["call-counts.ts", "month, clears: 0, singleClears: 0 }", "month }"],
    [operations, "clear_quota: all counts anew"]
  ),
  simulated(
    "notes 10",
    "clear_quota takes any app id",
    [
      "account-side.ts",
      'appId === app.appId ? Effect.void : Effect.fail(refuse("appIdInvalid"))',
      "Effect.void"
    ],
    [operations, "clear_quota: all counts anew"]
  ),
  simulated(
    "notes 10",
    "one count may begin anew 51 times a month",
    ["call-counts.ts", "singleClearsPerMonth = 50", "singleClearsPerMonth = 51"],
    [operations, "openapi/quota/clear {cgi_path}"]
  ),
  simulated(
    "notes 10",
    "a call that there is not is answered",
    ["api.ts", 'Effect.fail(refuse("callUnknown"))', "Effect.succeed({ errcode: 0 })"],
    [operations, "other calls: 40066"]
  ),
  simulated(
    "notes 6.2",
    "media are kept for four days",
    ["media-store.ts", "mediaLifeMillis = 3 * dayMillis", "mediaLifeMillis = 4 * dayMillis"],
    [media, "media/upload and media/get"]
  ),
  simulated(
    "notes 6.2",
    "media are kept for an hour",
    ["media-store.ts", "mediaLifeMillis = 3 * dayMillis", "mediaLifeMillis = dayMillis / 24"],
    [media, "media/upload and media/get"]
  ),
  simulated(
    "notes 6.2",
    "media of any type are taken",
    ["media-upload.ts", 'if (kind === undefined) return yield* refuse("mediaTypeInvalid")\n', ""],
    [media, "media/upload refuses"]
  ),
  simulated(
    "notes 6.2",
    "media may be of any size",
    ["media-upload.ts", 'if (file.size > maxMediaBytes) return yield* refuse("mediaTooLarge")\n', ""],
    [media, "media/upload refuses"]
  ),
  simulated(
    "notes 6.2",
    "media/get answers without bytes for what is not there",
    [
      "api.ts",
      'if (found === undefined) return yield* refuse("mediaInvalid")\n',
      "if (found === undefined) return HttpServerResponse.empty()\n"
    ],
    [media, "media/upload and media/get"]
  )
]
