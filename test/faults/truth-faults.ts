import { chat, explored, lines, type PlantedFault } from "./planted-fault.ts"

/** Against the one truth: sessions, rooms, and the order in which they are written (rules 1 to 5). */
export const truthFaults: ReadonlyArray<PlantedFault> = [
  {
    name: "a blind set of the session",
    breaks: "rule 3",
    changes: [
      {
        file: "src/chat/sessions.ts",
        text: "const write = items.write(keys.session(openid), from, carrying(from, next), ttlSeconds.chat)",
        replacement:
          "const write = Effect.as(memcached.set(keys.session(openid), JSON.stringify(next), ttlSeconds.chat), true)"
      }
    ],
    test: explored("double click on two servers")
  },
  {
    name: "a blind set of the room",
    breaks: "rule 1",
    changes: [
      {
        file: "src/chat/rooms.ts",
        text: lines(
          "        items.write(",
          "          keys.room(id),",
          "          from,",
          "          next,",
          '          next._tag === "Closed" ? ttlSeconds.closedRoom : ttlSeconds.chat',
          "        )"
        ),
        replacement:
          "        Effect.as(memcached.set(keys.room(id), JSON.stringify(next), ttlSeconds.chat), true)"
      }
    ],
    test: explored("look against leave")
  },
  {
    name: "a pointer to a room that does not list its owner counts as a pair",
    breaks: "rule 2",
    changes: [
      {
        file: "src/core/room.ts",
        text: "room.opener === me ? room.joiner : room.joiner === me ? room.opener : undefined",
        replacement: "room.opener === me ? room.joiner : room.opener"
      }
    ],
    test: { file: "test/core/session.test.ts", name: "nobody who is not in a room has a partner there" }
  },
  {
    name: "join before point",
    breaks: "rule 4",
    changes: [
      {
        file: "src/chat/pairing-moves.ts",
        text: '    if (!(yield* point(left, entry.room, entry.openid))) return { _tag: "SessionChanged" } satisfies Move\n',
        replacement: ""
      },
      {
        file: "src/chat/pairing-moves.ts",
        text: "    if (!(yield* rooms.change(entry.room, found, room))) return yield* again(left)",
        replacement: lines(
          "    if (!(yield* rooms.change(entry.room, found, room))) return yield* again(left)",
          '    if (!(yield* point(left, entry.room, entry.openid))) return { _tag: "SessionChanged" } satisfies Move'
        )
      }
    ],
    test: explored("both look, on two servers")
  },
  {
    name: "point elsewhere before close",
    breaks: "rule 4",
    changes: [
      {
        file: "src/chat/carrying-out.ts",
        text: lines(
          "    for (const command of commands) {",
          "      if (isLeaving(command) && !(yield* leave(openid, command, room ?? nothing))) return undefined",
          "    }",
          ""
        ),
        replacement: ""
      },
      {
        file: "src/chat/carrying-out.ts",
        text: lines("          break", "      }", "    }", "    return { sentences: answer"),
        replacement: lines(
          "          break",
          "      }",
          "    }",
          "    for (const command of commands) {",
          "      if (isLeaving(command) && !(yield* leave(openid, command, room ?? nothing))) return undefined",
          "    }",
          "    return { sentences: answer"
        )
      }
    ],
    test: explored("change while a third waits")
  },
  {
    name: "the session points at a room to wait in before the room is there",
    breaks: "rule 4",
    changes: [
      {
        file: "src/chat/pairing-moves.ts",
        text: lines(
          "    const deadlineMillis = now + options.pairingTimeoutMillis",
          "    yield* Effect.all("
        ),
        replacement: lines(
          "    const deadlineMillis = now + options.pairingTimeoutMillis",
          "    if (!(yield* point(ask, room))) return undefined",
          "    yield* Effect.all("
        )
      },
      {
        file: "src/chat/pairing-moves.ts",
        text: "    if (yield* point(ask, room)) return { ...ask, room }",
        replacement: "    if (ask.mark) return { ...ask, room }"
      }
    ],
    test: explored("double click on two servers")
  },
  {
    name: "two newcomers become a pair although one of them has changed their mind",
    breaks: "rules 3 and 4",
    changes: [
      {
        file: "src/chat/newcomer-pairs.ts",
        text: "allTrue &&= isTrue(exit)",
        replacement: "allTrue &&= isTrue(exit) || (exit !== exits[1] && exits.slice(2).some(isTrue))"
      }
    ],
    test: {
      file: "test/testing/simulated-races.test.ts",
      name: "a double click on two servers gives one pair"
    }
  },
  {
    name: "whoever finds a pair that is being made goes elsewhere without calling it off",
    breaks: "rule 4",
    changes: [
      {
        file: "src/chat/chat-view.ts",
        text: "      if (!(yield* calledOff(pointer, room, openid, believed))) continue\n",
        replacement: ""
      }
    ],
    test: {
      file: "test/testing/simulated-races.test.ts",
      name: "a double click on two servers gives one pair"
    }
  },
  {
    name: "no partner check at delivery",
    breaks: "rule 5",
    changes: [
      {
        file: "src/chat/chat-view.ts",
        text: "if (believed === chat.partner && partner?.value?.room === pointer) {",
        replacement: "if (believed === chat.partner && partner !== undefined) {"
      },
      {
        file: "src/chat/chat-view.ts",
        text: "return withPartner(seen, partner.value, receiver)",
        replacement: "return seen"
      }
    ],
    test: chat("stories", "whatever is lost, the next act of each ends in a sentence")
  },
  {
    name: "a write without an answer is repeated without looking whether it was done",
    breaks: "lost answers",
    changes: [
      {
        file: "src/chat/stored.ts",
        text: 'return Effect.catchTag(written, "MemcachedUnanswered", () => isWritten(key, next))',
        replacement: 'return Effect.catchTag(written, "MemcachedUnanswered", () => written)'
      }
    ],
    test: chat("lost-answers", "a new session, a changed one, a deleted one")
  },
  {
    name: "a write without an answer counts as done",
    breaks: "lost answers",
    changes: [
      {
        file: "src/chat/stored.ts",
        text: "Effect.map(read(key), (found) => found.value?.writtenBy === next.writtenBy)",
        replacement: "Effect.succeed(true)"
      }
    ],
    test: chat("lost-answers", "a room, and the lobby")
  },
  {
    name: "who found a partner by another press is told to wait",
    breaks: "told once",
    changes: [
      {
        file: "src/chat/search.ts",
        text: 'if ((yield* rooms.read(outcome.room)).value?._tag !== "Waiting") {',
        replacement: "if (false) {"
      }
    ],
    test: { file: "test/testing/held-operations.test.ts", name: "is not told to wait afterwards" }
  },
  {
    name: "what nobody waits for is overtaken by what is asked next",
    breaks: "memcached answers in order",
    changes: [
      {
        file: "src/memcached/memjs-backend.ts",
        text: lines("          piggyback.flush()", "          submitAll()"),
        replacement: "          submitAll()"
      }
    ],
    test: { file: "test/memcached/contract.test.ts", name: "keeps the order in which several groups came" }
  }
]
