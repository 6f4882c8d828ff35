/** Many people look at the same moment, through several servers: nobody is left over, nobody gets two places. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { arrivalsOf } from "./arrivals.ts"
import { lineWords, type Notice, notices } from "./notices.ts"
import { type Stage, stage } from "./stage.ts"

const crowd = 60
const rushes = 20
/** Half of them as two events, half as one that came twice. */
const doubleClicks = 10
const serverCount = 3
/** A pair takes milliseconds. Less than until a sweep looks after those who were lost from the lobby (5 s). */
const patienceMillis = 4_000
const pollMillis = 20
/** Long enough for a wrong line or a second word to come as well. */
const lingerMillis = 300

const told = (world: Stage, who: number): ReadonlyArray<Notice> =>
  world.history.received.filter((one) => one.who === who).flatMap(({ text }) => notices(text))

const count = (world: Stage, who: number, notice: Notice) =>
  told(world, who).filter((one) => one === notice).length

const eventually = Effect.fnUntraced(function* (world: Stage, holds: () => boolean) {
  const until = world.history.now() + patienceMillis
  while (!holds() && world.history.now() < until) yield* Effect.sleep(pollMillis)
})

/** Everybody says a line; whom it reached, by writer. */
const reached = Effect.fnUntraced(function* (world: Stage, people: ReadonlyArray<number>) {
  yield* Effect.forEach(people, (who) => world.say(who, lineWords(who, 1)), { concurrency: "unbounded" })
  yield* Effect.sleep(lingerMillis)
  const pairs = arrivalsOf(world.history)
    .filter(({ line }) => people.includes(line.who))
    .map(({ line, reader }) => [line.who, reader] as const)
  return { arrivals: pairs.length, partners: new Map(pairs) }
})

describe("a rush", () => {
  it.live(
    `of ${crowd} people on ${serverCount} servers makes ${crowd / 2} pairs, ${rushes} times in a row`,
    () =>
      Effect.gen(function* () {
        const world = yield* stage({ servers: serverCount })
        for (let rush = 0; rush < rushes; rush += 1) {
          const people = Array.from({ length: crowd }, (_, place) => rush * crowd + place)
          yield* Effect.forEach(people, (who) => world.click(who, "配对", { server: who % serverCount }), {
            concurrency: "unbounded"
          })
          yield* eventually(world, () => people.every((who) => count(world, who, "pairMade") > 0))
          for (const who of people)
            assert.strictEqual(count(world, who, "pairMade"), 1, `rush ${rush}, p${who}`)

          const { arrivals, partners } = yield* reached(world, people)
          assert.strictEqual(arrivals, crowd, `rush ${rush}: every line comes once`)
          for (const who of people) {
            const partner = partners.get(who)
            assert.notStrictEqual(partner, who)
            assert.strictEqual(
              partner === undefined ? undefined : partners.get(partner),
              who,
              `rush ${rush}, p${who}`
            )
          }
        }
      })
  )

  it.live("of one person on two servers at once gets one place", () =>
    Effect.gen(function* () {
      const world = yield* stage({ servers: serverCount })
      for (let turn = 0; turn < doubleClicks; turn += 1) {
        const [doubled, second, third] = [turn * 3, turn * 3 + 1, turn * 3 + 2]
        // Two events of their own on even turns, one event that came twice on odd ones.
        yield* turn % 2 === 0
          ? Effect.all(
              [world.click(doubled, "配对", { server: 0 }), world.click(doubled, "配对", { server: 1 })],
              {
                concurrency: "unbounded"
              }
            )
          : world.click(doubled, "配对", { server: 0, againAfterMillis: 0 })
        assert.include(told(world, doubled), "looking")
        assert.notInclude(told(world, doubled), "pairMade")

        yield* world.click(second, "配对", { server: 2 })
        yield* eventually(world, () => count(world, doubled, "pairMade") > 0)
        yield* world.click(third, "配对", { server: turn % 2 })
        yield* Effect.sleep(lingerMillis)
        assert.strictEqual(count(world, second, "pairMade"), 1)
        assert.strictEqual(count(world, doubled, "pairMade"), 1)
        assert.deepStrictEqual(told(world, third), ["looking"])

        const { partners } = yield* reached(world, [doubled, second])
        assert.strictEqual(partners.get(doubled), second)
        assert.strictEqual(partners.get(second), doubled)
        yield* world.click(third, "退出")
      }
    })
  )
})
