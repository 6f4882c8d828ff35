import { simulated, type PlantedFault } from "./planted-fault.ts"

const timing = "protocol/3.1-timing"

/** Against how long and how often the simulated WeChat waits for a reply (protocol notes 3.1). */
export const simulatorTimingFaults: ReadonlyArray<PlantedFault> = [
  simulated(
    "notes 3.1",
    "an attempt may take 6 s",
    ["src/wechat/attempts.ts", "attemptMillis = 5_000", "attemptMillis = 6_000"],
    [timing, "WeChat drops the connection after 5 s"]
  ),
  simulated(
    "notes 3.1",
    "there are two attempts",
    ["callbacks.ts", "attempt <= mostAttempts", "attempt < mostAttempts"],
    [timing, "WeChat drops the connection after 5 s"]
  ),
  simulated(
    "notes 3.1",
    "there are four attempts",
    ["callbacks.ts", "attempt <= mostAttempts", "attempt <= mostAttempts + 1"],
    [timing, "dedup: every attempt carries the same MsgId"]
  ),
  simulated(
    "notes 3.1",
    "the fault sentence is the older one",
    ["callbacks.ts", "该公众号提供的服务出现故障，请稍后再试", "该公众号暂时无法提供服务，请稍后再试"],
    [timing, "then the user sees the fault sentence"]
  ),
  simulated(
    "notes 3.1",
    "nobody is told of a fault",
    [
      "platform.ts",
      'return book.show(openid, "system", "platform", textContent(faultSentence))',
      "return Effect.void"
    ],
    [timing, "then the user sees the fault sentence"]
  ),
  simulated(
    "notes 3.1",
    "each attempt has a time of its own",
    [
      "callbacks.ts",
      "callback.openid, callback.body, limit",
      "callback.openid, callback.body.replace(/(?<=<CreateTime>)/, String(process.hrtime.bigint())), limit"
    ],
    [timing, "dedup: every attempt carries the same MsgId"]
  ),
  simulated(
    "notes 3.1",
    "attempts are signed alike",
    ["callback-exchange.ts", "nonce: yield* randomDigits", 'nonce: "1"'],
    [timing, "each is signed anew"]
  ),
  simulated(
    "notes 3.1",
    "success does not end the attempts",
    [
      "callbacks.ts",
      "if (outcome?.delivery !== undefined) return",
      'if (outcome?.delivery !== undefined && outcome.delivery._tag !== "Silence") return'
    ],
    [timing, "success to attempt 2 ends it"]
  ),
  simulated(
    "notes 3.1",
    "a status other than 200 passes",
    ["callbacks.ts", "if (answer.status !== 200)", "if (answer.status === 0)"],
    [timing, "an answer to any of the attempts is shown once"]
  ),
  simulated(
    "notes 3.1",
    "success has to be sealed in safe mode",
    ["callback-envelope.ts", ' || body === "" || body === "success") return body', ") return body"],
    [timing, "readable also in safe mode"]
  ),
  simulated(
    "notes 3.1",
    "a body without a byte is no answer",
    ["reply-reader.ts", 'if (body === "" || body === "success")', 'if (body === "success")'],
    [timing, "readable also in plain mode"]
  ),
  simulated(
    "notes 3.1",
    "mass failures silence nothing",
    ["mass-failure.ts", "nowMillis < record.silentUntilMillis", "nowMillis < 0"],
    [timing, "mass failures → MarkFail"]
  ),
  simulated(
    "notes 3.1",
    "the silence after mass failures takes half a minute",
    ["mass-failure.ts", "massFailureSilenceMillis = 60_000", "massFailureSilenceMillis = 30_000"],
    [timing, "mass failures → MarkFail"]
  ),
  simulated(
    "notes 3.1",
    "the silence after mass failures takes two minutes",
    ["mass-failure.ts", "massFailureSilenceMillis = 60_000", "massFailureSilenceMillis = 120_000"],
    [timing, "mass failures → MarkFail"]
  ),
  simulated(
    "notes 3.1",
    "bodies that WeChat does not take do not count for MarkFail",
    [
      "platform.ts",
      'if (delivery._tag === "Fault") failures',
      'if (delivery._tag === "Fault" && delivery.reason === "no answer in time") failures'
    ],
    [timing, "mass failures → MarkFail"]
  ),
  simulated(
    "notes 3.1",
    "failures of long ago count for MarkFail",
    ["mass-failure.ts", "(at) => nowMillis - at < massFailureWindowMillis", "(at) => at <= nowMillis"],
    [timing, "failures that are far apart are no mass failure"]
  ),
  simulated(
    "notes 3.1",
    "a reply costs one of the pushes",
    [
      "platform.ts",
      "book.exchanged(openid),",
      "Effect.sync(() => book.update(openid, (old) => ({ ...old, allowance: { ...old.allowance, left: old.allowance.left - 1 } }))),"
    ],
    [timing, "it does not draw on the customer-message quota"]
  )
]
