import { chat, type PlantedFault } from "./planted-fault.ts"

/** Against what WeChat still allows, counted before it is sent, and only what is sent; and against what it was too busy for. */
export const allowanceFaults: ReadonlyArray<PlantedFault> = [
  {
    name: "the allowance is not counted",
    breaks: "the allowance",
    changes: [
      {
        file: "src/chat/pushing.ts",
        text: "      if (!(yield* ledger.count(to, window))) continue\n",
        replacement: ""
      }
    ],
    test: chat("postman", "of a burst after a message four lines go")
  },
  {
    name: "a push that was counted ahead and is not sent stays counted",
    breaks: "the allowance",
    changes: [
      {
        file: "src/chat/relay.ts",
        text: "if (Exit.isSuccess(counted) && counted.value !== undefined) yield*",
        replacement: "if (Exit.isSuccess(counted) && counted.value === undefined) yield*"
      }
    ],
    test: chat("taken-over", "the allowance of the receiver is not used up by a line")
  },
  {
    name: "the allowance is counted by a blind set",
    breaks: "the allowance",
    changes: [
      {
        file: "src/chat/ledger.ts",
        text: "memcached.cas(keys.quota(openid), JSON.stringify(next), from.version, ttlSeconds.quota)",
        replacement:
          "Effect.as(memcached.set(keys.quota(openid), JSON.stringify(next), ttlSeconds.quota), true)"
      }
    ],
    test: chat("postman", "many servers that push to one person count together")
  },
  {
    name: "a refused push does not shut the window",
    breaks: "the allowance",
    changes: [
      {
        file: "src/chat/pushing.ts",
        text: '      if (outcome === "notAllowed") yield* shut(to, window)\n',
        replacement: ""
      }
    ],
    test: chat("push-refusals", "45047 and 45015: kept, and WeChat is not asked again in this window")
  },
  {
    name: "what never left uses up the window",
    breaks: "the allowance",
    changes: [
      {
        file: "src/chat/pushing.ts",
        text: "yield* Effect.ignore(uncount(to, window))",
        replacement: "yield* Effect.void"
      }
    ],
    test: chat("refused-lines", "goes by itself when it can, and what never left does not count")
  },
  {
    name: "a line for which WeChat was busy is tried again though its reader has left",
    breaks: "a line reaches only the partner",
    changes: [
      {
        file: "src/wechat/api.ts",
        text: "repeats ? tries(later)",
        replacement: 'repeats || error.action === "retry" ? tries(later)'
      }
    ],
    test: chat("errcode-advice", "-1 to each of 1 tries")
  },
  {
    name: "a line for which WeChat stayed busy is kept though its reader has left",
    breaks: "a line reaches only the partner",
    changes: [
      {
        file: "src/chat/postman.ts",
        text: "passes(outcome) && !(yield* stillWanted)",
        replacement: "passes(outcome) && !(yield* wanted)"
      }
    ],
    test: chat("errcode-advice", "-1 to each of 3 tries")
  },
  {
    name: "a line of which nobody knows whether it arrived is called unsent where its reader has left",
    breaks: "no line is lost in silence",
    changes: [
      {
        file: "src/chat/postman.ts",
        text: 'outcome !== "unsure" && passes(outcome)',
        replacement: "passes(outcome)"
      }
    ],
    test: chat("errcode-advice", "no answer at all, and the reader leaves meanwhile")
  }
]
