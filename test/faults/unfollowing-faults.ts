import { chat, type PlantedFault } from "./planted-fault.ts"

/** Against who unfollows while lines wait for them. */
export const unfollowingFaults: ReadonlyArray<PlantedFault> = [
  {
    name: "lines that wait for somebody who unfollows are thrown away without a word",
    breaks: "no line is lost in silence",
    changes: [
      {
        file: "src/chat/abandoned-lines.ts",
        text: "if (mail.kept.length > 0) yield*",
        replacement: "if (mail.kept.length < 0) yield*"
      }
    ],
    test: chat(
      "unfollowing",
      "never reads these: their writer, who was told that they wait, hears so behind the end, once"
    )
  },
  {
    name: "lines that waited for somebody who turns out to have unfollowed are thrown away without a word",
    breaks: "no line is lost in silence",
    changes: [
      {
        file: "src/chat/settled.ts",
        text: "if (sentence === undefined) return []",
        replacement: 'if (sentence === undefined || fate === "gone") return []'
      }
    ],
    test: chat("unfollowing", "as WeChat says when something is pushed to them: the same")
  },
  {
    name: "something is kept for who unfollowed before their partner did",
    breaks: "who unfollows is forgotten",
    changes: [
      {
        file: "src/chat/abandoned-lines.ts",
        text: "room.closedBy === writer",
        replacement: "room.closedBy === undefined"
      }
    ],
    test: chat("unfollowing", "is told to nobody who left before them")
  },
  {
    name: "who acted just before they unfollowed counts as somebody who follows again, where word of it comes late",
    breaks: "who unfollows is forgotten",
    changes: [
      {
        file: "src/chat/acted-after.ts",
        text: "unfollowedAtMillis + followsAgainMillis",
        replacement: "unfollowedAtMillis + 0 * followsAgainMillis"
      }
    ],
    test: chat("overdue", "who unfollows 300 ms after their last word, too")
  },
  {
    name: "the mark that somebody was in a chat outlives their unfollowing",
    breaks: "who unfollows is forgotten",
    changes: [
      {
        file: "src/chat/carrying-out.ts",
        text: "          yield* sessions.forget(openid)\n",
        replacement: ""
      }
    ],
    test: chat("unfollowing", "or for a moment in the middle of it: their partner is told")
  }
]
