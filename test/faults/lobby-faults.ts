import { chat, explored, lines, type PlantedFault } from "./planted-fault.ts"

const pairing = (name: string): PlantedFault["test"] => ({ file: "test/core/pairing.test.ts", name })

/** Against the lobby and the choice of partners (rules 6 to 8). */
export const lobbyFaults: ReadonlyArray<PlantedFault> = [
  {
    name: "the owner is told to wait before the lobby lists the room",
    breaks: "rule 6",
    changes: [
      {
        file: "src/chat/matchmaker.ts",
        text: lines(
          "    if (round.changed && !(yield* lobby.write(stored, round.lobby))) return everybody",
          "    yield* Effect.forEach(ready, (pending) =>",
          '      end(pending, { _tag: "Waits", room: pending.room ?? pending.freshRoom })',
          "    )"
        ),
        replacement: lines(
          "    yield* Effect.forEach(ready, (pending) =>",
          '      end(pending, { _tag: "Waits", room: pending.room ?? pending.freshRoom })',
          "    )",
          "    if (round.changed && !(yield* lobby.write(stored, round.lobby))) return everybody"
        )
      }
    ],
    test: explored("both look, on two servers")
  },
  {
    name: "the lobby entry is never written",
    breaks: "rule 6",
    changes: [
      {
        file: "src/core/pairing.ts",
        text: "after = [...after, entryOf(seeker)]",
        replacement: "entryOf(seeker)"
      }
    ],
    test: pairing("every seeker waits in the lobby, joins, or finds it full")
  },
  {
    name: "a blind set of the lobby",
    breaks: "rule 6",
    changes: [
      {
        file: "src/chat/lobby.ts",
        text: "yield* items.write(keys.lobby, stored, item, ttlSeconds.chat)",
        replacement:
          "yield* Effect.as(memcached.set(keys.lobby, JSON.stringify(item), ttlSeconds.chat), true)"
      }
    ],
    test: {
      file: "test/chat/stores.test.ts",
      name: "the lobby keeps entries as they were, in order, and changes by one at a time"
    }
  },
  {
    name: "a long lobby whose base was just replaced counts as lost",
    breaks: "rule 6",
    changes: [
      {
        file: "src/chat/lobby.ts",
        text: "if (version !== without) return yield* readAfter(version)",
        replacement: ""
      }
    ],
    test: chat("lobby", "is read anew when its base is replaced under the reader")
  },
  {
    name: "an entry stays in the lobby when its room is joined",
    breaks: "rule 6",
    changes: [
      {
        file: "src/core/pairing.ts",
        text: "after = after.toSpliced(after.indexOf(decision.entry), 1)",
        replacement: "after = [...after]"
      }
    ],
    test: pairing("nobody is taken twice, and who joins or is joined is gone from the lobby")
  },
  {
    name: "the search does not look at the deadline of an entry",
    breaks: "rule 7",
    changes: [
      {
        file: "src/core/pairing.ts",
        text: "if (entry.deadlineMillis <= now || entry.room === seeker.room",
        replacement: "if (entry.room === seeker.room"
      }
    ],
    test: pairing("never oneself, never somebody blocked, never a room past its deadline")
  },
  {
    name: "a taken entry is not given back when the joiner changed their mind",
    breaks: "rule 6",
    changes: [
      {
        file: "src/chat/matchmaker.ts",
        text: 'Effect.tap((move) => (move._tag === "SessionChanged" ? giveBack(entry) : Effect.void)),',
        replacement: ""
      }
    ],
    test: chat(
      "partners",
      "whoever waits is found at once by the next, though a joiner's session changed under them"
    )
  },
  {
    name: "newcomers of one process are not matched with each other",
    breaks: "rule 8",
    changes: [
      {
        file: "src/core/pairing.ts",
        text: "if (partner === undefined) waiting.push(newcomer)",
        replacement:
          "if (pairs.length >= 0) waiting.push(...(partner === undefined ? [] : [partner]), newcomer)"
      }
    ],
    test: pairing("no two strangers who suit are left over")
  },
  {
    name: "somebody is paired with themselves",
    breaks: "a pair is two people",
    changes: [
      {
        file: "src/core/pairing.ts",
        text: "!isSame(one.openid, other.openid) &&",
        replacement: "isSame(other.openid, other.openid) &&"
      }
    ],
    test: pairing("the same person twice makes no pair")
  },
  {
    name: "somebody goes to the lobby of whom it is only presumed that they have no session",
    breaks: "rule 6",
    changes: [
      {
        file: "src/chat/matchmaker.ts",
        text: "pending.stored.presumed === undefined",
        replacement: "pending.stored !== undefined"
      }
    ],
    test: chat("pairing-trips", "hears of it, and nothing was opened for them")
  },
  {
    name: "a look that is given up leaves the room open that it opened",
    breaks: "nobody waits in two places",
    changes: [
      {
        file: "src/chat/pairing-moves.ts",
        text: "    if (opened !== undefined && !(yield* vacated(opened, openid))) return\n",
        replacement: ""
      }
    ],
    test: chat(
      "given-up",
      "is given up some time: the room that was opened is closed, and nobody is left in it"
    )
  },
  {
    name: "a look that is given up deletes whatever session there is",
    breaks: "rule 3",
    changes: [
      {
        file: "src/chat/pairing-moves.ts",
        text: "if (isOurs || (room === undefined && stored.version === began.version)) {",
        replacement: "if (isOurs || stored.version !== undefined) {"
      }
    ],
    test: chat("given-up", "says to who was joined at that moment that they are a pair")
  },
  {
    name: "an error of ours while people are paired leaves them waiting",
    breaks: "everything comes to rest",
    changes: [
      {
        file: "src/chat/pending-asks.ts",
        text: 'Effect.forEach(open, giveUp, { concurrency: "unbounded", discard: true })',
        replacement: "Effect.void"
      }
    ],
    test: chat("errors-of-ours", "of newcomers: both read 忙, and may try again")
  },
  {
    name: "an error of ours ends what goes on for ever",
    breaks: "everything comes to rest",
    changes: [
      {
        file: "src/event-loop/unending.ts",
        text: "Cause.hasInterrupts(cause)",
        replacement: "cause !== undefined"
      }
    ],
    test: chat("errors-of-ours", "keeps no later mail from being pushed by itself")
  }
]
