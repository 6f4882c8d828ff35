import { chat, type PlantedFault } from "./planted-fault.ts"

/** Against the delivery of messages: once, in order, within the allowance; and against forged ones. */
export const deliveryFaults: ReadonlyArray<PlantedFault> = [
  {
    name: "no claim of a message that comes again",
    breaks: "one message, one effect",
    changes: [
      {
        file: "src/chat/duplicates.ts",
        text: "Exit.isSuccess(added) && added.value",
        replacement: "Exit.isSuccess(added)"
      }
    ],
    test: chat("inbox", "three of one message, at once or in turn, on one server or two")
  },
  {
    name: "the claim of a server that died is never taken over",
    breaks: "one message, one effect",
    changes: [
      {
        file: "src/chat/duplicates.ts",
        text: "if (isSilent && seen.answered === undefined)",
        replacement: "if (isSilent && seen.answered !== undefined)"
      }
    ],
    test: chat("duplicates", "who died is replaced by one")
  },
  {
    name: "one user's messages are worked on side by side",
    breaks: "lines keep their order",
    changes: [
      {
        file: "src/chat/inbox.ts",
        text: "return inTurn(incoming.from, begun(message, over))",
        replacement: "return begin(message, over)"
      }
    ],
    test: chat("inbox", "lines of one writer keep their order, though the first is slow")
  },
  {
    name: "a line overtakes those that wait",
    breaks: "lines keep their order",
    changes: [
      {
        file: "src/chat/postman.ts",
        text: "if (mail.kept.length > 0 || !allowed) return",
        replacement: "if (!allowed) return"
      }
    ],
    test: chat("postman", "what waits goes first, folded")
  },
  {
    name: "a line goes where its writer was with the one before",
    breaks: "rule 5",
    changes: [
      {
        file: "src/chat/chat-view.ts",
        text: "prefetched?.pointer.room === pointer && prefetched.pointer.partner === believed",
        replacement: "prefetched !== undefined"
      }
    ],
    test: chat("round-trips", "also where this server foresaw the one of before")
  },
  {
    name: "lines that are refused together are all given up",
    breaks: "no line is lost in silence",
    changes: [
      {
        file: "src/chat/postman.ts",
        text: "if (mayBeForOne.has(outcome) && smaller !== undefined) {",
        replacement: 'if (outcome === "tooLong" && smaller !== undefined) {'
      }
    ],
    test: chat("refused-lines", "the others arrive, once, in order, as far as each window goes")
  },
  {
    name: "the writer of a kept line that comes to nothing is not told",
    breaks: "no line is lost in silence",
    changes: [
      {
        file: "src/chat/settled.ts",
        text: "if (sentence === undefined) return []",
        replacement: "if (sentence !== undefined) return []"
      }
    ],
    test: chat("refused-lines", "the others arrive, once, in order, as far as each window goes")
  },
  {
    name: "what could not leave is not tried again",
    breaks: "no line is lost in silence",
    changes: [
      {
        file: "src/chat/postman.ts",
        text: "yield* Effect.forkScoped(putOff.tryAgain(flush, pauseMillis))",
        replacement: ""
      }
    ],
    test: chat("refused-lines", "goes by itself when it can, and what never left does not count")
  },
  {
    name: "a push without an answer is sent again",
    breaks: "no line arrives twice",
    changes: [
      {
        file: "src/chat/push-outcome.ts",
        text: 'error.mayHaveHappened ? "unsure" : "notSent"',
        replacement: '"notSent"'
      }
    ],
    test: chat("push-refusals", "without an answer the line is not sent again")
  },
  {
    name: "kept lines are taken without the lock",
    breaks: "no line arrives twice",
    changes: [
      {
        file: "src/chat/mailbox.ts",
        text: 'memcached.add(keys.mailLock(openid), "held", ttlSeconds.mailLock)',
        replacement: 'Effect.as(memcached.add(keys.mailLock(openid), "held", ttlSeconds.mailLock), true)'
      }
    ],
    test: { file: "test/chat/stores.test.ts", name: "of many who want a mailbox to themselves one has it" }
  },
  {
    name: "what was added to a mailbox meanwhile is thrown away with what was taken",
    breaks: "no line is lost in silence",
    changes: [
      {
        file: "src/chat/mailbox.ts",
        text: "memcached.delete(keys.mail(openid), version)",
        replacement: "memcached.delete(keys.mail(openid))"
      }
    ],
    test: {
      file: "test/chat/stores.test.ts",
      name: "of things kept at once none is lost, and what is added while another takes stays"
    }
  },
  {
    name: "what had no room in a reply is only in the memory of the server that gave it",
    breaks: "everybody affected is told once",
    changes: [
      {
        file: "src/chat/replies.ts",
        text: "[...taken, ...rest]",
        replacement: "[...taken, ...rest].filter((one) => mail.kept.includes(one))"
      }
    ],
    test: chat("replies", "what has no room in a reply outlives the server that gave it")
  },
  {
    name: "kept lines are not taken out",
    breaks: "no line arrives twice",
    changes: [
      {
        file: "src/chat/replies.ts",
        text: "if (leaving === 0) return plan",
        replacement: "if (leaving >= 0) return plan"
      }
    ],
    test: chat("inbox", "rides on the next answer: lines first, oldest first, then our words")
  },
  {
    name: "a kept line whose answer was lost is kept again without looking",
    breaks: "no line arrives twice",
    changes: [
      {
        file: "src/chat/mailbox.ts",
        text: "Option.exists(found, (value) => value.includes(mark)) ? Effect.succeed(true) : append(key, line)",
        replacement: "Option.isNone(found) ? append(key, line) : append(key, line)"
      }
    ],
    test: chat("lost-answers", "a kept line is kept once")
  },
  {
    name: "a line is passed on before the partner is told of the pair",
    breaks: "told once",
    changes: [
      {
        file: "src/chat/carrying-out.ts",
        text: "if (partnerUnaware === true) yield* news.tellFirst(command.to, command.room)",
        replacement: ""
      }
    ],
    test: { file: "test/testing/explorer.test.ts", name: "a line right after the pair, fault: none" }
  },
  {
    name: "word of a chat that WeChat perhaps did not take is given up",
    breaks: "told once",
    changes: [
      {
        file: "src/chat/postman.ts",
        text: 'if (isFate(outcome) && !(outcome === "unsure" && mustBeHeard(thing)))',
        replacement: "if (isFate(outcome))"
      }
    ],
    test: chat("push-refusals", "without an answer what became of a chat is told again, until WeChat took it")
  },
  {
    name: "the limit of messages never limits",
    breaks: "the limit of messages",
    changes: [
      {
        file: "src/chat/message-limit.ts",
        text: 'all <= messagesPerMinute ? "fine"',
        replacement: 'all > 0 ? "fine"'
      }
    ],
    test: chat(
      "message-limit",
      "one sentence, then silence; nothing more reaches the partner until the minute is over"
    )
  },
  {
    name: "any signature is accepted",
    breaks: "a forged request changes nothing",
    changes: [
      {
        file: "src/wechat/signature.ts",
        text: "ours.length === theirs.length && timingSafeEqual(",
        replacement: "ours.length === theirs.length || timingSafeEqual("
      }
    ],
    test: {
      file: "test/wechat/signature.test.ts",
      name: "never throws and accepts nothing but the signature"
    }
  }
]
