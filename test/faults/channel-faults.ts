/** Ways to break what is particular to WeChat: its repetitions, its tokens, and reports of those who left. */
import { chat, type PlantedFault } from "./planted-fault.ts"

export const channelFaults: ReadonlyArray<PlantedFault> = [
  {
    name: "a message that comes again opens the window anew",
    breaks: "the allowance",
    changes: [
      {
        file: "src/chat/first-attempts.ts",
        text: "const isNew = recent.add(key)",
        replacement: "const isNew = recent.add(key) || true"
      }
    ],
    test: chat("windows", "keeps its count when WeChat sends the message again after 300 ms")
  },
  {
    name: "who waits and reports the last partner stays in the lobby as they were",
    breaks: "rule 9",
    changes: [
      {
        file: "src/core/conversation.ts",
        text: 'const again: ReadonlyArray<Command> = [...endOf(chat, "changed"), { _tag: "Look" }]',
        replacement:
          'if (chat.room !== undefined) return { chat, commands: [{ _tag: "ReportLast" }, { _tag: "Look", room: chat.room }] }\n  const again: ReadonlyArray<Command> = [...endOf(chat, "changed"), { _tag: "Look" }]'
      }
    ],
    test: chat("report-afterwards", "who waits also where memcached loses the mark of the two")
  },
  {
    name: "a token that is refused and given again is used for ever",
    breaks: "the access token",
    changes: [
      {
        file: "src/wechat/access-token.ts",
        text: "return isRefused && (yield* shared.mayForce)",
        replacement: "return !isRefused && (yield* shared.mayForce)"
      }
    ],
    test: { file: "test/wechat/forced-token.test.ts", name: "is replaced by force, once for all servers" }
  },
  {
    name: "the word of an end comes before lines that still wait",
    breaks: "lines keep their order",
    changes: [
      {
        file: "src/core/reply-plan.ts",
        text: "const inTurn = said.filter(isInTurn)",
        replacement: "const inTurn: ReadonlyArray<Said> = []"
      },
      {
        file: "src/core/reply-plan.ts",
        text: "const others = said.filter((one) => !isInTurn(one))",
        replacement: "const others = said"
      }
    ],
    test: {
      file: "test/core/reply-plan.test.ts",
      name: "bring everything that waits, once, in its order; nothing tells of a chat before what was said there"
    }
  },
  {
    name: "what a reply had no room for is told when it is outdated",
    breaks: "everybody affected is told once",
    changes: [
      {
        file: "src/core/reply-plan.ts",
        text: 'case "StatusNotPaired":\n    case "Hint":\n      return "passing"',
        replacement: 'case "StatusNotPaired":\n    case "Hint":\n      return "once"'
      }
    ],
    test: chat("replies", "how things stand is said anew, never late")
  },
  {
    name: "kept lines leave the mailbox before the answer that carries them is recorded",
    breaks: "no line is lost in silence",
    changes: [
      {
        file: "src/chat/replies.ts",
        text: "if (taken.length > 0) yield* record(message)",
        replacement: "void record"
      }
    ],
    test: chat("carried-lines", "each is read, in order, and twice at most")
  },
  {
    name: "an answer that carries kept lines is recorded before our words behind it stand in the mailbox",
    breaks: "everybody affected is told once",
    changes: [
      {
        file: "src/chat/replies.ts",
        text: "const staged = isFront",
        replacement: "if (taken.length > 0) yield* record(message)\n    const staged = isFront"
      }
    ],
    test: chat(
      "carried-lines",
      "the line, the end of the chat and our words are read in their order, and twice at most"
    )
  },
  {
    name: "kept lines that a late answer carried are not put back",
    breaks: "no line is lost in silence",
    changes: [
      {
        file: "src/chat/late-answers.ts",
        text: "    yield* putBack\n",
        replacement: "    void putBack\n"
      }
    ],
    test: chat("late-answers", "by push: the lines come first, in order, then the answer")
  },
  {
    name: "kept lines that another attempt has given are offered again",
    breaks: "no line arrives twice",
    changes: [
      {
        file: "src/chat/late-answers.ts",
        text: "if (current.carried === undefined) yield*",
        replacement: "yield*"
      }
    ],
    test: chat("carried-lines", "so that the next attempt gives it on the other: each is read once")
  },
  {
    name: "words of somebody who has yet to read of the pair go to it",
    breaks: "a line reaches only the partner",
    changes: [
      {
        file: "src/chat/conversations.ts",
        text: "if (isUnaware(chat, waiting)) return",
        replacement: "if (isUnaware(chat, nothingWaits)) return"
      }
    ],
    test: chat("unaware", "writes nothing to the new partner until then")
  },
  {
    name: "what breaks amid the work is answered with nothing",
    breaks: "everybody affected is told once",
    changes: [
      {
        file: "src/chat/exchange.ts",
        text: "Effect.sync(() => tell(exchange, answered(broken)))",
        replacement: "Effect.void"
      }
    ],
    test: chat("late-answers", "what breaks amid the work is answered with a sentence")
  },
  {
    name: "a report that waited for the database brings back the name of who unfollowed",
    breaks: "who unfollows is forgotten",
    changes: [
      {
        file: "src/chat/unsaved-reports.ts",
        text: "if (yield* isFromBefore(report))",
        replacement: "if (!report)"
      }
    ],
    test: chat("unsaved-reports", "until both are done")
  },
  {
    name: "an unencrypted body is taken in safe mode",
    breaks: "a forged request changes nothing",
    changes: [
      {
        file: "src/wechat/message-mode.ts",
        text: "if (query.msg_signature === undefined) return Result.fail(new CallbackUnsigned())",
        replacement:
          "if (query.msg_signature === undefined) return Result.succeed({ xml: body, answer: (reply: string) => reply })"
      }
    ],
    test: { file: "test/wechat/message-mode.test.ts", name: "lets the setting decide, not the request" }
  },
  {
    name: "a receiver who does not follow any more is waited for",
    breaks: "everybody affected is told once",
    changes: [
      {
        file: "src/wechat/errcodes.ts",
        text: 'notFollowing: { code: 43004, action: "giveUp" }',
        replacement: 'notFollowing: { code: 43004, action: "keep" }'
      }
    ],
    test: chat("errcode-advice", "43004 notFollowing: the pair ends")
  },
  {
    name: "the body of a refused callback is logged",
    breaks: "no chat text in logs",
    changes: [
      {
        file: "src/http/refusals.ts",
        text: "bodyBytes: Buffer.byteLength(body),",
        replacement: "body,"
      }
    ],
    test: { file: "test/http/refusals.test.ts", name: "logged with what helps" }
  },
  {
    name: "whose claim was not carried out lets the writer's next lines go first",
    breaks: "lines keep their order",
    changes: [
      {
        file: "src/chat/duplicates.ts",
        text: "if (seen === undefined && stored.version === undefined && Exit.isFailure(added)) {",
        replacement:
          "if (seen === undefined && stored.version === undefined && Exit.isFailure(added)) {\n          if (seen === undefined) return underway"
      }
    ],
    test: chat(
      "hung-memcached",
      "lines of one writer keep their order, though nobody knows who works on the first"
    )
  },
  {
    name: "that somebody unfollowed while memcached was away is forgotten",
    breaks: "who unfollows is forgotten",
    changes: [
      {
        file: "src/chat/inbox.ts",
        text: "return inTurn(incoming.from, begun(message, over))",
        replacement: "return inTurn(incoming.from, begin(message, over))"
      }
    ],
    test: chat("unfollowing", "hears nothing; the database forgets them at once, the rest goes")
  },
  {
    name: "a request that comes before the service does is put aside and forgotten",
    breaks: "every message is answered",
    changes: [
      {
        file: "src/http/kept-connections.ts",
        text: "queueMicrotask(() => this.early.release((...early) => this.#serve(...early)))",
        replacement: "queueMicrotask(() => this.early.release(() => {}))"
      }
    ],
    test: { file: "test/http/early-requests.test.ts", name: "waits for it, with its body" }
  }
]
