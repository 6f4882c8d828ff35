/** The judge of the storm itself is judged: it finds nothing in a good story, and each planted fault by its rule. */
import { assert, describe, it } from "@effect/vitest"
import { type Act, type Attempt, type Fault, type History, makeHistory } from "./history.ts"
import { judge } from "./judge.ts"
import { lineWords } from "./notices.ts"

const pairMade = "已配对成功，可以开始聊天。"
const partnerLeft = "对方已离开。"
const kept = "对方稍后收到。"

/** Writes a history by hand; times in seconds, every exchange takes a hundredth. */
const telling = () => {
  let endsAt = 0
  const history: History = { ...makeHistory(), now: () => endsAt }
  const wayMillis = 10
  const millis = (at: number) => at * 1_000
  const act = (
    who: number,
    kind: Act["kind"],
    what: string,
    at: number,
    text: string,
    change: Partial<Attempt> = {}
  ) => {
    const startedAt = millis(at)
    const attempt: Attempt = {
      server: 0,
      startedAt,
      endedAt: startedAt + wayMillis,
      outcome: 200,
      text,
      ...change
    }
    const answered = attempt.outcome === 200 ? attempt : undefined
    const done: Act = {
      who,
      kind,
      what,
      startedAt,
      endedAt: attempt.endedAt,
      attempts: [attempt],
      answered,
      inBurst: false
    }
    history.acts.push(done)
    if (text !== "") history.received.push({ who, at: attempt.endedAt, text, act: done })
  }
  return {
    history,
    click: (who: number, button: string, at: number, text: string, change?: Partial<Attempt>) =>
      act(who, "click", button, at, text, change),
    say: (who: number, number: number, at: number, text = "") =>
      act(who, "line", lineWords(who, number), at, text),
    push: (who: number, at: number, text: string) =>
      history.received.push({ who, at: millis(at) + wayMillis / 2, text, act: undefined }),
    lasts: (to: number) => {
      endsAt = millis(to)
    },
    fault: (kind: Fault["kind"], from: number, to: number) => {
      const server = kind.startsWith("server") ? 0 : undefined
      history.faults.push({ kind, server, startedAt: millis(from), endedAt: millis(to) })
    }
  }
}

/** p1 and p2 are paired at second 1, p3 and p4 at second 2. */
const twoPairs = () => {
  const story = telling()
  story.click(1, "配对", 0.5, "正在配对，请耐心等一会儿")
  story.click(2, "配对", 1, pairMade)
  story.push(1, 1, pairMade)
  story.click(3, "配对", 1.5, "正在配对，请耐心等一会儿")
  story.click(4, "配对", 2, pairMade)
  story.push(3, 2, pairMade)
  story.say(1, 1, 3)
  story.push(2, 3, lineWords(1, 1))
  story.say(3, 1, 3)
  story.push(4, 3, lineWords(3, 1))
  return story
}

const rules = (history: History) => [...new Set(judge(history).map(({ rule }) => rule))]

describe("the judge", () => {
  it("finds nothing wrong with two pairs, a re-pairing and a kept line", () => {
    const story = twoPairs()
    story.click(1, "更换", 5, "正在配对，请耐心等一会儿")
    story.push(2, 5, partnerLeft)
    story.click(3, "更换", 15, pairMade)
    story.push(1, 15, pairMade)
    story.push(4, 15, partnerLeft)
    story.say(1, 2, 16)
    story.push(3, 16, lineWords(1, 2))
    story.say(3, 2, 17, kept)
    story.click(1, "状态", 20, `${lineWords(3, 2)}\n已配对，对方在等你说话。`)
    assert.deepStrictEqual(judge(story.history), [])
  })

  const planted: ReadonlyArray<
    readonly [string, ReadonlyArray<string>, (story: ReturnType<typeof twoPairs>) => void]
  > = [
    [
      "a line that reaches somebody of another pair",
      ["a line reaches only the partner of that moment"],
      (story) => {
        story.say(1, 2, 4)
        story.push(4, 4, lineWords(1, 2))
      }
    ],
    [
      "a line that reaches the old partner after the word of the end",
      ["a line reaches only the partner of that moment", "a pair is told before its lines"],
      (story) => {
        story.push(2, 14, partnerLeft)
        story.say(1, 2, 15)
        story.push(2, 15, lineWords(1, 2))
      }
    ],
    [
      "a line for somebody who never looked",
      ["a line reaches only the partner of that moment", "a pair is told before its lines"],
      (story) => {
        story.click(5, "状态", 3, "未配对。")
        story.say(1, 2, 4)
        story.push(5, 4, lineWords(1, 2))
      }
    ],
    [
      "a line that comes back to its writer",
      ["a line reaches only the partner of that moment"],
      (story) => {
        story.say(1, 2, 4)
        story.push(1, 4, lineWords(1, 2))
      }
    ],
    ["a line that comes twice", ["a line comes once"], (story) => story.push(2, 6, lineWords(1, 1))],
    [
      "lines in the wrong order",
      ["lines come in the order written"],
      (story) => {
        story.say(1, 2, 4)
        story.say(1, 3, 5)
        story.push(2, 6, lineWords(1, 3))
        story.push(2, 7, lineWords(1, 2))
      }
    ],
    [
      "a line that comes to nobody",
      ["a line is delivered or its writer is told"],
      (story) => story.say(1, 2, 4)
    ],
    [
      "a kept line that never comes",
      ["a line is delivered or its writer is told"],
      (story) => story.say(1, 2, 4, kept)
    ],
    [
      "a partner who is not told",
      ["the partner is told when a pair ends"],
      (story) => {
        story.say(2, 1, 4)
        story.push(1, 4, lineWords(2, 1))
        story.click(2, "退出", 5, "已退出。")
        story.lasts(20)
      }
    ],
    [
      "a word of the end that overtakes a line",
      ["lines come before the word of the end"],
      (story) => {
        story.say(1, 2, 13, kept)
        story.push(2, 14, partnerLeft)
        story.click(2, "状态", 16, `${lineWords(1, 2)}\n未配对。`)
      }
    ],
    [
      "an answer with status 503",
      ["every message is answered with 200"],
      (story) => story.click(1, "状态", 4, "", { outcome: 503 })
    ],
    [
      "no answer in time",
      ["every message is answered in time"],
      (story) => story.click(1, "状态", 4, "", { outcome: "late", endedAt: 9_000 })
    ]
  ]

  for (const [what, expected, plant] of planted) {
    it(`finds ${what}`, () => {
      const story = twoPairs()
      plant(story)
      assert.deepStrictEqual(rules(story.history), expected)
    })
  }

  it("finds two answers to the attempts of one message", () => {
    const story = twoPairs()
    story.click(1, "状态", 4, "已配对，对方在等你说话。")
    const act = story.history.acts.at(-1)
    const [first] = act?.attempts ?? []
    if (act === undefined || first === undefined) return assert.fail("no act")
    story.history.acts[story.history.acts.length - 1] = {
      ...act,
      attempts: [first, { ...first, server: 1, text: "未配对。" }]
    }
    assert.deepStrictEqual(rules(story.history), ["all attempts of a message get the same answer"])
  })

  it("excuses an end that nobody is told of only when memcached lost the pair before", () => {
    const story = twoPairs()
    story.say(2, 1, 4)
    story.push(1, 4, lineWords(2, 1))
    story.click(2, "更换", 10, "正在配对，请耐心等一会儿")
    story.lasts(20)
    assert.deepStrictEqual(rules(story.history), ["the partner is told when a pair ends"])
    story.fault("memcached restarted", 6, 8)
    assert.deepStrictEqual(rules(story.history), [])
  })

  it("excuses a second copy only when a server was killed in between", () => {
    const story = twoPairs()
    story.push(2, 6, lineWords(1, 1))
    story.fault("server killed", 7, 8)
    assert.deepStrictEqual(rules(story.history), ["a line comes once"])
    story.fault("server killed", 4, 5)
    assert.deepStrictEqual(rules(story.history), [])
  })
})
