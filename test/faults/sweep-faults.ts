import { chat, explored, lines, type PlantedFault } from "./planted-fault.ts"

/** Against ends and the telling of them (rules 2, 7 and 10). */
export const sweepFaults: ReadonlyArray<PlantedFault> = [
  {
    name: "a sweep tells of a deadline without closing the room",
    breaks: "rule 7",
    changes: [
      {
        file: "src/chat/due-rooms.ts",
        text: '        if (!(yield* rooms.close(id, stored, "expired"))) return now\n',
        replacement: ""
      },
      {
        file: "src/chat/news.ts",
        text: 'if (found.value?._tag === "Waiting" && found.value.opener === openid) return undefined',
        replacement: ""
      }
    ],
    test: explored("deadline against join")
  },
  {
    name: "a sweep closes and does not tell",
    breaks: "rule 7",
    changes: [
      {
        file: "src/chat/due-rooms.ts",
        text: lines(
          '        if (!(yield* rooms.close(id, stored, "idle"))) return now',
          "        yield* tellAll(id, room, failed)"
        ),
        replacement: '        if (!(yield* rooms.close(id, stored, "idle"))) return now'
      }
    ],
    test: chat("sweeper", "one made inside one process, on the agenda once, ends as well, and both are told")
  },
  {
    name: "the deadline of a search is ignored",
    breaks: "rule 7",
    changes: [
      {
        file: "src/chat/due-rooms.ts",
        text: "if (room.deadlineMillis > now) {",
        replacement: "if (room.deadlineMillis > 0) {"
      }
    ],
    test: chat("sweeper", "one that runs out is told within 5 s, once")
  },
  {
    name: "a search past its deadline that nobody swept still counts",
    breaks: "rule 7",
    changes: [
      {
        file: "src/core/session.ts",
        text: 'room.deadlineMillis <= now ? ended("searchFailed") :',
        replacement: ""
      }
    ],
    test: { file: "test/core/session.test.ts", name: "a search past its deadline that no sweep has closed" }
  },
  {
    name: "a silent pair is never ended",
    breaks: "rule 7",
    changes: [
      {
        file: "src/chat/due-rooms.ts",
        text: "if (silentAt > now) return silentAt",
        replacement: "if (silentAt > 0) return Math.max(silentAt, now)"
      }
    ],
    test: chat("sweeper", "one that fell silent ends, both are told within 5 s, once")
  },
  {
    name: "a sweep does not look at the silent pairs of which its server knows, where the agenda has lost them",
    breaks: "rules 7 and 10",
    changes: [{ file: "src/chat/sweeper.ts", text: "    yield* lookAtKnown(failed)\n", replacement: "" }],
    test: chat(
      "lost-agenda",
      "one that fell silent while its page of the agenda was lost ends in time, both are told, once"
    )
  },
  {
    name: "a pair that lines of another server keep alive is ended by a server that knows only of its beginning",
    breaks: "rule 7",
    changes: [
      {
        file: "src/chat/due-rooms.ts",
        text: "const { spokeAtMillis } = yield* rooms.liveliness(id)",
        replacement: "const spokeAtMillis: number | undefined = undefined"
      }
    ],
    test: chat("lost-agenda", "one without an agenda stands as long as lines go through another server")
  },
  {
    name: "a sweep does not look again for those who wait",
    breaks: "rule 6",
    changes: [
      {
        file: "src/chat/due-rooms.ts",
        text: "yield* Effect.exit(matchmaker.lookAgain(room.opener, id, room.deadlineMillis))",
        replacement: "Exit.void"
      }
    ],
    test: chat("sweeper", "a waiter whose lobby entry was lost is listed again, and found")
  },
  {
    name: "a waiting room is not noted on the agenda",
    breaks: "rule 7",
    changes: [
      {
        file: "src/chat/pairing-moves.ts",
        text: "Effect.uninterruptible(agenda.note(room, Math.min(deadlineMillis, now + waitingRecheckMillis)))",
        replacement: "Effect.void"
      }
    ],
    test: chat("sweeper", "a waiter whose lobby entry was lost is listed again, and found")
  },
  {
    name: "a sweep does not look for searches that ran out in the lobby, where the agenda has lost them",
    breaks: "rule 10",
    changes: [
      {
        file: "src/chat/sweeper.ts",
        text: "      yield* attempt(lookAtListed(now, failed), failed)\n",
        replacement: ""
      }
    ],
    test: chat("sweeper", "an agenda that was lost: the lobby still says whose search ran out")
  },
  {
    name: "the pairs of newcomers are not noted on the agenda",
    breaks: "rule 7",
    changes: [
      {
        file: "src/chat/newcomer-pairs.ts",
        text: "Effect.exit(Effect.as(notePairs(pairs, now), true))",
        replacement: "Effect.exit(Effect.as(notePairs([], now), true))"
      }
    ],
    test: chat("sweeper", "one made inside one process, on the agenda once, ends as well")
  },
  {
    name: "whoever leaves does not have the partner told",
    breaks: "rule 7",
    changes: [
      {
        file: "src/chat/leaving.ts",
        text: "    yield* Effect.forEach(others, (other) => background.run(news.tell(other, command.room)))\n",
        replacement: ""
      }
    ],
    test: chat("stories", "find each other, talk, and part")
  },
  {
    name: "leaving is not noted on the agenda first",
    breaks: "rule 7",
    changes: [
      {
        file: "src/chat/leaving.ts",
        text: "    yield* agenda.note(command.room, now + tellingLeaseMillis)\n",
        replacement: ""
      }
    ],
    test: chat("sweeper", "a partner whose server died before telling is told by the sweep")
  },
  {
    name: "a pointer to nowhere is dropped without a word",
    breaks: "rules 2 and 10",
    changes: [
      {
        file: "src/core/session.ts",
        text: "if (session.room === undefined || room === undefined) return ended(lost)",
        replacement:
          "if (session.room === undefined || room === undefined) return lost ? ordinary : ended(lost)"
      }
    ],
    test: {
      file: "test/core/session.test.ts",
      name: "whoever pointed at a room and is in state 0 has news, unless somebody is telling it"
    }
  },
  {
    name: "an item that cannot be read ends in an error",
    breaks: "rule 10",
    changes: [
      {
        file: "src/chat/stored.ts",
        text: "value: Option.getOrUndefined(decode(found.value.value))",
        replacement: "value: Option.getOrThrow(decode(found.value.value))"
      }
    ],
    test: {
      file: "test/chat/stores.test.ts",
      name: "what cannot be read counts as nothing and can be replaced"
    }
  },
  {
    name: "a room that memcached lost is not noted for the sweep",
    breaks: "rule 10",
    changes: [
      {
        file: "src/chat/chat-view.ts",
        text: "      yield* agenda.note(id, now + makingMillis)\n",
        replacement: ""
      }
    ],
    test: chat(
      "left-behind",
      "ends with a word for both: who looks next reads it, and the partner is told within seconds, once"
    )
  }
]
