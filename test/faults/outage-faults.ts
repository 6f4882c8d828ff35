import { chat, type PlantedFault } from "./planted-fault.ts"

/** Against what is done while one of several memcacheds is down (rules 7 and 10), and with messages that come late since no server took them. */
export const outageFaults: ReadonlyArray<PlantedFault> = [
  {
    name: "a page that cannot be had is given up",
    breaks: "rules 7 and 10",
    changes: [
      {
        file: "src/chat/sweeper.ts",
        text: "return [...owed, ...unfinished.flat()]",
        replacement: "return unfinished.flat()"
      }
    ],
    test: chat(
      "memcached-down",
      "for longer than one sweep catches up with holds up no other page, and is read in the end"
    )
  },
  {
    name: "a room that cannot be had is given up",
    breaks: "rules 7 and 10",
    changes: [
      {
        file: "src/chat/sweeper.ts",
        text: "Option.getOrElse(looked, () => again)",
        replacement: "Option.getOrUndefined(looked)"
      }
    ],
    test: chat(
      "memcached-down",
      "a room on it keeps nobody else from being told, and is looked at when it is back"
    )
  },
  {
    name: "nobody sweeps while the lease cannot be had",
    breaks: "rule 7",
    changes: [
      {
        file: "src/chat/sweeper.ts",
        text: "if (Option.isNone(read)) return Option.some(known)",
        replacement: "if (Option.isNone(read)) return Option.none()"
      }
    ],
    test: chat(
      "memcached-down",
      "a search that runs out is told in time, once, also if nobody can have the sweep's lease"
    )
  },
  {
    name: "a note is tried on one page only",
    breaks: "rule 7",
    changes: [
      { file: "src/chat/agenda.ts", text: "const pagesTried = 3", replacement: "const pagesTried = 1" }
    ],
    test: chat(
      "memcached-down",
      "a search that began meanwhile is told in time, also if the lobby cannot be had"
    )
  },
  {
    name: "what comes late is taken as if it had just been made",
    breaks: "a line reaches only the partner",
    changes: [
      {
        file: "src/core/overdue.ts",
        text: "chat.sinceMillis > madeAtMillis)",
        replacement: "chat.sinceMillis > madeAtMillis + 60_000)"
      }
    ],
    test: chat("overdue", "no line reaches who was no partner when it was written")
  },
  {
    name: "what comes late from a chat that is over is taken for a word to us",
    breaks: "no line is lost in silence",
    changes: [
      {
        file: "src/chat/conversations.ts",
        text: "decidedIn(circumstances, seen.chat, event, stored.leftAtMillis)",
        replacement: "decidedIn(circumstances, seen.chat, event, undefined)"
      }
    ],
    test: chat("overdue", "a line from a chat that is over is not taken for a word to us")
  }
]
