import { chat, type PlantedFault } from "./planted-fault.ts"

/** Against telling once what became of a chat (rule 7, and design, "Told once"). */
export const tellingFaults: ReadonlyArray<PlantedFault> = [
  {
    name: "telling without marking the session",
    breaks: "told once",
    changes: [
      {
        file: "src/chat/news.ts",
        text: "        if (!(yield* sessions.write(openid, stored, marked))) return next\n",
        replacement: ""
      },
      {
        file: "src/chat/news.ts",
        text: "if (after.value?.writtenBy === mark) {",
        replacement: "if (marked.room === after.value?.room) {"
      }
    ],
    test: chat("news", "is told once, however many tell at the same time")
  },
  {
    name: "a reply repeats the news that is being told",
    breaks: "told once",
    changes: [
      {
        file: "src/core/session.ts",
        text: "session.tellingUntilMillis !== undefined && session.tellingUntilMillis > now",
        replacement: "session.tellingUntilMillis === now + 0.5"
      }
    ],
    test: {
      file: "test/core/session.test.ts",
      name: "one who waits hears of the pair once: unseen until told, not while being told"
    }
  },
  {
    name: "the mark of a teller who died never runs out",
    breaks: "told once",
    changes: [
      {
        file: "src/core/session.ts",
        text: "session.tellingUntilMillis !== undefined && session.tellingUntilMillis > now",
        replacement: "session.tellingUntilMillis !== undefined"
      }
    ],
    test: chat("news", "whose teller died is told by another when its time is over")
  },
  {
    name: "a sweep waits for its pushes",
    breaks: "rule 7",
    changes: [
      { file: "src/chat/due-rooms.ts", text: "return background.run(", replacement: "return Effect.ignore(" }
    ],
    test: chat("slow-pushes", "hold up nobody else's deadline")
  },
  {
    name: "a sweep tells any number at once",
    breaks: "rule 7",
    changes: [
      {
        file: "src/chat/due-rooms.ts",
        text: "if (tellings >= mostTellings)",
        replacement: "if (tellings < 0)"
      }
    ],
    test: chat("slow-pushes", "are not many at the same time, though many chats end at once")
  },
  {
    name: "what a sweep has told is not on the agenda until it is over",
    breaks: "rule 7",
    changes: [
      {
        file: "src/chat/due-rooms.ts",
        text: "if (!isTold) yield* agenda.note",
        replacement: "if (isTold) yield* agenda.note"
      }
    ],
    test: chat("slow-pushes", "and a server that dies over one: another tells, once, when its time is over")
  },
  {
    name: "how things stand is said as it was before memcached took its time",
    breaks: "told once",
    changes: [
      {
        file: "src/chat/inbox.ts",
        text: "!isFresh && sentences.some(saysHowThingsStand)",
        replacement: "!isFresh && sentences.length < 0"
      }
    ],
    test: chat("overtaken-replies", "is not told to wait who was told of a partner before the reply")
  },
  {
    name: "a line that went to nobody is answered with nothing when the pair was told first",
    breaks: "no line is lost in silence",
    changes: [
      {
        file: "src/chat/composing.ts",
        text: "sentences.length === 0 && wroteLine",
        replacement: "sentences.length < 0 && wroteLine"
      }
    ],
    test: chat(
      "overtaken-replies",
      "is told that their line went nowhere who was told of a partner before the reply"
    )
  },
  {
    name: "whoever lost their session is told of its end, though they have been in another chat since",
    breaks: "told once",
    changes: [
      {
        file: "src/chat/chat-view.ts",
        text: "session.version !== undefined || isOld) return",
        replacement: "session.version !== undefined) return"
      }
    ],
    test: chat("left-behind", "its owner hears nothing of that chat any more who has been in another since")
  },
  {
    name: "whoever was in another chat before is taken for one who was since",
    breaks: "told once",
    changes: [
      {
        file: "src/chat/chat-view.ts",
        text: "room !== id && atMillis > sinceMillis + 1_000 * clocksApartSeconds",
        replacement: "room !== id && atMillis <= Number.MAX_SAFE_INTEGER + sinceMillis + clocksApartSeconds"
      }
    ],
    test: chat("left-behind", "its owner is told of the end of that chat, also shortly after another")
  },
  {
    name: "a mailbox that was seen long before a search counts as it was",
    breaks: "told once",
    changes: [
      {
        file: "src/chat/inbox.ts",
        text: "return readAtMillis - nowMillis < freshMillis",
        replacement: "return readAtMillis > 0"
      }
    ],
    test: chat(
      "overtaken-replies",
      "is answered behind the word that the pair ended meanwhile: somebody is there"
    )
  },
  {
    name: "word of a new pair waits for another look at the mailbox",
    breaks: "told once",
    changes: [{ file: "src/chat/inbox.ts", text: '_tag === "PairMade"', replacement: '_tag === "Filtered"' }],
    test: chat("overtaken-replies", "is told of the partner at once whom their search found")
  },
  {
    name: "word of an end does not wait for word of the beginning",
    breaks: "told once",
    changes: [{ file: "src/chat/news.ts", text: "if (unheard > 0)", replacement: "if (unheard < 0)" }],
    test: {
      file: "test/testing/simulated-races.test.ts",
      name: "hear of the end of a pair before its beginning"
    }
  },
  {
    name: "word of a pair that was called off waits by the clock of another server",
    breaks: "told once",
    changes: [
      { file: "src/chat/news.ts", text: 'room.why === "lost"', replacement: 'room.why === "expired"' }
    ],
    test: chat("news", "that was called off waits as long however old it is")
  },
  {
    name: "a server does not remember whom it has answered with word of their pair",
    breaks: "told once",
    changes: [
      {
        file: "src/chat/search.ts",
        text: "news.answered(search.openid, outcome.room)",
        replacement: "news.answered(outcome.partner, outcome.room)"
      }
    ],
    test: chat("news", "that is young goes at once where both were told of it")
  },
  {
    name: "the end of the last chat is told behind the word of a new one",
    breaks: "told once",
    changes: [
      {
        file: "src/chat/carrying-out.ts",
        text: "if (isToldByPush)",
        replacement: "if (!isToldByPush)"
      }
    ],
    test: chat("overtaken-replies", "is not told of the end of their last chat behind the word of a new one")
  },
  {
    name: "the end of the last chat is told behind the word of a new one that came while the answer was held up",
    breaks: "told once",
    changes: [
      {
        file: "src/chat/composing.ts",
        text: "wasJoined ? behindNewPair(lasting) : lasting",
        replacement: "lasting"
      }
    ],
    test: chat(
      "overtaken-replies",
      "is not told of the end of their last chat behind the word of a new one, found out late"
    )
  },
  {
    name: "word of a pair comes late to who has left it",
    breaks: "told once",
    changes: [
      {
        file: "src/chat/composing.ts",
        text: "value?.room === room",
        replacement: "value?.room === room || room !== undefined"
      }
    ],
    test: chat("late-answers", "is not pushed to who has left the pair meanwhile")
  },
  {
    name: "word of an earlier end that waited is told behind word of the pair",
    breaks: "told once",
    changes: [
      {
        file: "src/chat/current-mail.ts",
        text: "if (current.length === mail.kept.length) return mail",
        replacement: "if (current.length <= mail.kept.length) return mail"
      }
    ],
    test: chat("old-ends", "is not pushed behind that of the next pair")
  },
  {
    name: "word of the last end is thrown away before word of the pair is told",
    breaks: "told once",
    changes: [
      {
        file: "src/chat/replies.ts",
        text: "opensChat ? mailbox.peek(openid) : currentMail(openid)",
        replacement: "opensChat ? currentMail(openid) : mailbox.peek(openid)"
      }
    ],
    test: chat("old-ends", "is read before that of the next pair")
  }
]
