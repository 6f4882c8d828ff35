import { simulated, type PlantedFault } from "./planted-fault.ts"

const faults = "faults"

/** Against the faults that people switch on (docs/wechat.md). */
export const simulatorDemandFaults: ReadonlyArray<PlantedFault> = [
  simulated(
    "faults on demand",
    "the time on the way does not count",
    ["callbacks.ts", "callback.body, limit - onTheWay", "callback.body, limit"],
    [faults, "slow: a bot has what is left of the five seconds"]
  ),
  simulated(
    "faults on demand",
    "a slow callback arrives at once",
    ["callbacks.ts", "yield* Effect.sleep(Math.min(onTheWay, limit))\n", ""],
    [faults, "slow: the callback is on its way for so long"]
  ),
  simulated(
    "faults on demand",
    "a lost answer is delivered",
    [
      "callbacks.ts",
      "const outcome: AttemptOutcome = lost\n",
      "const outcome: AttemptOutcome = lost && startMillis < 0\n"
    ],
    [faults, "lose-answer and lose-request"]
  ),
  simulated(
    "faults on demand",
    "a lost request arrives",
    [
      "callbacks.ts",
      'if (struck.some(({ fault }) => fault === "lose-request")) {',
      "if (struck === undefined) {"
    ],
    [faults, "lose-answer and lose-request"]
  ),
  simulated(
    "faults on demand",
    "twice comes once",
    ["callbacks.ts", "? [once, once] : [once]", "? [once] : [once]"],
    [faults, "twice: two attempts at once"]
  ),
  simulated(
    "faults on demand",
    "the second attempt goes to the same server",
    ["callbacks.ts", "server += 1", "server += 2"],
    [faults, "elsewhere: an attempt goes to the next"]
  ),
  simulated(
    "faults on demand",
    "WeChat's clock is ours",
    ["callback-exchange.ts", "Math.floor((now + line.clockAheadMillis()) / 1000)", "Math.floor(now / 1000)"],
    [faults, "clock skew: timestamp and CreateTime"]
  ),
  simulated(
    "faults on demand",
    "a refusal strikes every call",
    [
      "fault-plan.ts",
      "fault.path === undefined || `/cgi-bin/${fault.path}` === path",
      "fault.path === undefined || path !== undefined"
    ],
    [faults, "refuse: by code, by path, so many times"]
  ),
  simulated(
    "faults on demand",
    "a fault never stops",
    [
      "fault-plan.ts",
      "(struck.get(fault) ?? 0) < (fault.times ?? Infinity)",
      "(struck.get(fault) ?? 0) < Infinity"
    ],
    [faults, "refuse: by code, by path, so many times"]
  ),
  simulated(
    "faults on demand",
    "a fault by rate always strikes",
    ["fault-plan.ts", "chance >= (fault.share ?? 1)", "chance >= 1"],
    [faults, "refuse: by rate"]
  ),
  simulated(
    "faults on demand",
    "a slow call is answered at once",
    ["api.ts", 'if (fault.fault === "slow-api") yield*', "if (fault.fault === undefined) yield*"],
    [faults, "slow-api: the answer comes after so long"]
  ),
  simulated(
    "faults on demand",
    "a bad gateway does what it was asked",
    [
      "api.ts",
      'if (struck.some(({ fault }) => fault === "bad-gateway")) return gone',
      'if (struck.some(({ fault }) => fault === "bad-gateway")) return yield* Effect.as(Effect.ignore(work), gone)'
    ],
    [faults, "bad-gateway: HTTP 502"]
  ),
  simulated(
    "faults on demand",
    "a lost result comes",
    ["api.ts", 'if (struck.some(({ fault }) => fault === "lose-result")) return gone\n', ""],
    [faults, "lose-result: HTTP 502"]
  ),
  simulated(
    "faults on demand",
    "a revoked token lives",
    [
      "token-issuer.ts",
      'shorten(shorten(issuer, "token", nowMillis), "stable_token", nowMillis)',
      'shorten(issuer, "token", nowMillis)'
    ],
    [faults, "a token revoked: 40001"]
  )
]
