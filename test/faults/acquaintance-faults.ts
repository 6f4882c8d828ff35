import { chat, type PlantedFault } from "./planted-fault.ts"

const pairing = (name: string): PlantedFault["test"] => ({ file: "test/core/pairing.test.ts", name })

/** Against who must not meet, or not again (rule 9). */
export const acquaintanceFaults: ReadonlyArray<PlantedFault> = [
  {
    name: "somebody met lately is taken from the lobby although others wait",
    breaks: "rule 9",
    changes: [
      {
        file: "src/chat/lobby-decision.ts",
        text: "wiser.set(seeker, acquainted(seeker, entry, exit.value))",
        replacement: "wiser.delete(seeker)"
      }
    ],
    test: chat("partners", "whoever met one of those who wait joins the other")
  },
  {
    name: "a blocked pair meets",
    breaks: "rule 9",
    changes: [
      {
        file: "src/core/pairing.ts",
        text: "!isAmong(other.blocked, one.openid)",
        replacement: "!isAmong([], one.openid)"
      }
    ],
    test: pairing("suiting and having met go both ways")
  },
  {
    name: "a blocked pair meets once memcached forgot the block",
    breaks: "rule 9",
    changes: [
      {
        file: "src/chat/blocks.ts",
        text: "of: (openid) => known.of(openid)",
        replacement: "of: (openid) => known.of(openid).slice(known.of(openid).length)"
      }
    ],
    test: chat("reporting", "are not paired again, whoever looks first, also after memcached forgot")
  },
  {
    name: "a fresh block is known to the server that took the report only",
    breaks: "rule 9",
    changes: [
      {
        file: "src/chat/blocks.ts",
        text: "yield* acquaintances.block([openid, blocked])",
        replacement: ""
      }
    ],
    test: chat("reporting", "are not paired again, whoever looks first, also after memcached forgot")
  },
  {
    name: "newcomers are introduced although one blocked the other",
    breaks: "rule 9",
    changes: [
      {
        file: "src/chat/acquaintances.ts",
        text: '(found === "blocked" ? found : "met")',
        replacement: '(found === "blocked" ? "strangers" : "met")'
      }
    ],
    test: chat(
      "reporting",
      "nor while the database is down, for 0 minutes; it gets the report when it is back"
    )
  },
  {
    name: "two of whom memcached does not say what they are count as strangers",
    breaks: "rule 9",
    changes: [
      {
        file: "src/chat/lobby-decision.ts",
        text: "if (Exit.isFailure(exit)) {",
        replacement: "if (Exit.isFailure(exit)) continue\n      if (Exit.isFailure(exit)) {"
      }
    ],
    test: chat("reporting", "nor when memcached does not say what they are to each other")
  },
  {
    name: "the same two meet again although somebody else waits",
    breaks: "rule 9",
    changes: [
      {
        file: "src/core/pairing.ts",
        text: 'if (!metLately(entry, seeker)) return { _tag: "Join", entry }',
        replacement: 'if (seeker) return { _tag: "Join", entry }'
      }
    ],
    test: pairing("somebody met lately only if nobody else is there; the one in front of those")
  },
  {
    name: "two who are alone do not meet again",
    breaks: "rule 9",
    changes: [
      {
        file: "src/core/pairing.ts",
        text: 'if (again !== undefined) return { _tag: "Join", entry: again }',
        replacement: ""
      }
    ],
    test: chat("stories", "two who are alone meet again rather than wait for ever")
  },
  {
    name: "whom one met is not remembered",
    breaks: "rule 9",
    changes: [
      {
        file: "src/chat/acquaintances.ts",
        text: "added.every((exit) => Exit.isSuccess(exit) && exit.value)",
        replacement: "added.length > 0"
      }
    ],
    test: chat("partners", "nobody meets the last partner again while others look")
  },
  {
    name: "after a long chat the same two meet again while others look",
    breaks: "rule 9",
    changes: [
      {
        file: "src/chat/acquaintances.ts",
        text: "if (chatMillis < longChatMillis) return",
        replacement: "if (chatMillis >= 0) return"
      }
    ],
    test: chat("partners", "nor a quarter of an hour after a long chat")
  },
  {
    name: "who ends a chat does not record that its two met",
    breaks: "rule 9",
    changes: [
      {
        file: "src/chat/rooms.ts",
        text: "Effect.exit(acquaintances.met([opener, joiner], now - sinceMillis))",
        replacement: "Effect.exit(Effect.as(Effect.void, acquaintances))"
      }
    ],
    test: chat("partners", "nobody meets the last partner again while others look, after 0 minutes")
  },
  {
    name: "who was in a chat counts as a newcomer once it is over",
    breaks: "rule 9",
    changes: [
      {
        file: "src/chat/sessions.ts",
        text: "const left = hasMet(from)",
        replacement: "const left = hasMet(from) && from.version === undefined"
      }
    ],
    test: chat("partners", "nobody meets the last partner again while others look, after 0 minutes")
  },
  {
    name: "who was in a chat counts as a newcomer after the next search",
    breaks: "rule 9",
    changes: [
      {
        file: "src/chat/sessions.ts",
        text: "next.partner === undefined && hasMet(from) ?",
        replacement: "next.partner === undefined && from.presumed && hasMet(from) ?"
      }
    ],
    test: chat("partners", "nor after everybody looked in vain")
  },
  {
    name: "two are not asked about if one of them counts as a newcomer",
    breaks: "rule 9",
    changes: [
      {
        file: "src/chat/newcomer-pairs.ts",
        text: "hasMet(one.stored) || hasMet(other.stored)",
        replacement: "(hasMet(one.stored) && hasMet(other.stored))"
      }
    ],
    test: chat("partners", "nor if memcached has forgotten of one of the two that they were in a chat")
  },
  {
    name: "newcomers are not asked about while the database is down",
    breaks: "rule 9",
    changes: [
      {
        file: "src/chat/newcomer-pairs.ts",
        text: "|| !blocks.isUpToDate()",
        replacement: "|| blocks === undefined"
      }
    ],
    test: chat("reporting", "nor while the database is down, for 120 minutes")
  },
  {
    name: "newcomers who met lately become a pair again while others look",
    breaks: "rule 9",
    changes: [
      {
        file: "src/chat/newcomer-pairs.ts",
        text: "all(noted, areStrangers(introduced[place]), pointed",
        replacement: "all(noted, yes, pointed"
      }
    ],
    test: chat("partners", "nobody meets the last partner again while others look")
  },
  {
    name: "a chat that ends late counts as the last one of somebody who was in another since",
    breaks: "a report is about the partner who is meant",
    changes: [
      {
        file: "src/chat/last-partners.ts",
        text: "if (Option.exists(known, (chat) => beganAfter(chat, last))) return",
        replacement: 'if (Option.exists(known, (chat) => beganAfter(chat, last)) && last.room === "") return'
      }
    ],
    test: chat(
      "report-afterwards",
      "is about the chat that began last, though an older one lived on until later"
    )
  }
]
