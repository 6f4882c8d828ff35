/** Plays a scenario against the service and says, step by step, whether the phones show what they must. */
import { Clock, Effect, Fiber } from "effect"
import type { PhoneAct } from "./phone-act.ts"
import type { Bubble } from "./phone.ts"
import type { ActError } from "./act-error.ts"
import { Platform } from "./platform.ts"
import type { Delivery } from "./callbacks.ts"
import type { Expected, Scenario, Step } from "./scenario.ts"

/** What came of one step. */
export interface StepResult {
  /** From 1. */
  readonly number: number
  readonly step: Step
  /** Undefined: nothing is wrong. */
  readonly problem: StepProblem | undefined
}

export type StepProblem =
  | { readonly _tag: "NothingCame"; readonly withinMillis: number }
  /** Another bubble than the expected one, or one too many. */
  | ({ readonly _tag: "Came" } & Pick<Bubble, "by" | "kind" | "text">)
  | { readonly _tag: "NoSuchPhone"; readonly phone: number }
  /** The act could not be done, such as a text of somebody who does not follow. */
  | { readonly _tag: "ActImpossible" }

export const stepProblemWords = (problem: StepProblem): string => {
  switch (problem._tag) {
    case "NothingCame":
      return `nothing came within ${problem.withinMillis} ms`
    case "Came": {
      const { by, kind, text } = problem
      return `there came a ${by} of kind ${kind}${text === "" ? "" : `: ${JSON.stringify(text)}`}`
    }
    case "NoSuchPhone":
      return `there is no phone ${problem.phone}`
    case "ActImpossible":
      return "the act before could not be done"
  }
}

export interface Verdict {
  readonly holds: boolean
  readonly results: ReadonlyArray<StepResult>
}

/** Longer than three attempts of five seconds. */
const seesWithinMillis = 20_000
const pollMillis = 20
/** After the last step nothing more may come for so long. */
const quietMillis = 500
/** How long the greetings of the first phones may take. */
const followMillis = 20_000

/** Plays on phones of its own, beside those that are there. Stops at the first step that fails; `told` gets every step. */
export const replay = Effect.fnUntraced(function* (
  scenario: Scenario,
  told: (result: StepResult) => Effect.Effect<void>
): Effect.fn.Return<Verdict, never, Platform> {
  const platform = yield* Platform
  if (scenario.conditions !== undefined) yield* platform.change({ ...scenario.conditions, faults: [] })
  const players = yield* Effect.forEach(Array.from({ length: scenario.phones }), () =>
    Effect.gen(function* () {
      const openid = yield* platform.addPhone
      yield* Effect.timeoutOption(Effect.orDie(platform.act(openid, { act: "follow" })), followMillis)
      return makePlayer(platform, openid)
    })
  )
  yield* Effect.forEach(players, (player) => player.skip)
  if (scenario.conditions !== undefined) yield* platform.change(scenario.conditions)
  const results: Array<StepResult> = []
  const tell = Effect.fnUntraced(function* (step: Step, problem: StepProblem | undefined) {
    const result: StepResult = { number: results.length + 1, step, problem }
    results.push(result)
    yield* told(result)
    return problem === undefined
  })
  for (const step of scenario.steps) {
    if (!(yield* tell(step, yield* carryOut(platform, players, step)))) return { holds: false, results }
  }
  for (const [index, player] of players.entries()) {
    const quiet: Step = { phone: index + 1, seesNothingForMillis: quietMillis }
    if (!(yield* tell(quiet, yield* player.seesNothing(quietMillis)))) return { holds: false, results }
  }
  return { holds: true, results }
})

type Player = ReturnType<typeof makePlayer>

const carryOut = Effect.fnUntraced(function* (
  platform: Platform["Service"],
  players: Array<Player>,
  step: Step
): Effect.fn.Return<StepProblem | undefined> {
  if ("conditions" in step) return yield* Effect.as(platform.change(step.conditions), undefined)
  if ("waitMillis" in step) return yield* Effect.as(Effect.sleep(step.waitMillis), undefined)
  if ("revokeTokens" in step) return yield* Effect.as(platform.account.revokeTokens, undefined)
  if (step.phone === players.length + 1) players.push(makePlayer(platform, yield* platform.addPhone))
  const player = players[step.phone - 1]
  if (player === undefined) return { _tag: "NoSuchPhone", phone: step.phone }
  if ("does" in step) return yield* player.does(step.does, step.atOnce ?? false)
  if ("sees" in step) return yield* player.sees(step.sees, step.withinMillis ?? seesWithinMillis)
  return yield* player.seesNothing(step.seesNothingForMillis)
})

/** The owner of one phone: reads bubble by bubble, and acts. */
const makePlayer = (platform: Platform["Service"], openid: string) => {
  let lastRead = 0
  let acting: Fiber.Fiber<Delivery, ActError> | undefined

  const unread = Effect.map(Effect.orDie(platform.phone(openid)), ({ bubbles }) =>
    bubbles.filter(({ id, side }) => id > lastRead && side !== "own")
  )

  const next = Effect.fnUntraced(function* (withinMillis: number) {
    const until = (yield* Clock.currentTimeMillis) + withinMillis
    for (;;) {
      const [first] = yield* unread
      if (first !== undefined) return first
      if ((yield* Clock.currentTimeMillis) >= until) return undefined
      yield* Effect.sleep(pollMillis)
    }
  })

  return {
    skip: Effect.map(unread, (bubbles) => {
      lastRead = bubbles.at(-1)?.id ?? lastRead
    }),
    does: Effect.fnUntraced(function* (
      does: PhoneAct,
      atOnce: boolean
    ): Effect.fn.Return<StepProblem | undefined> {
      if (acting !== undefined && !atOnce) {
        const before = yield* Fiber.await(acting)
        if (before._tag === "Failure") return { _tag: "ActImpossible" }
      }
      acting = yield* Effect.forkDetach(platform.act(openid, does))
      return undefined
    }),
    sees: Effect.fnUntraced(function* (
      expected: Expected,
      withinMillis: number
    ): Effect.fn.Return<StepProblem | undefined> {
      const bubble = yield* next(withinMillis)
      if (bubble === undefined) return { _tag: "NothingCame", withinMillis }
      lastRead = bubble.id
      return mismatch(expected, bubble)
    }),
    seesNothing: Effect.fnUntraced(function* (millis: number): Effect.fn.Return<StepProblem | undefined> {
      const bubble = yield* next(millis)
      return bubble === undefined ? undefined : came(bubble)
    })
  }
}

const mismatch = (expected: Expected, bubble: Bubble): StepProblem | undefined => {
  const { by, kind, text, contains = [], pattern } = expected
  const fits =
    (by === undefined || by === bubble.by) &&
    (kind === undefined || kind === bubble.kind) &&
    (text === undefined || text === bubble.text) &&
    contains.every((part) => bubble.text.includes(part)) &&
    (pattern === undefined || matches(pattern, bubble.text))
  return fits ? undefined : came(bubble)
}

/** An invalid pattern matches nothing. */
const matches = (pattern: string, text: string): boolean => {
  try {
    return new RegExp(pattern, "u").test(text)
  } catch {
    return false
  }
}

const came = ({ by, kind, text }: Bubble): StepProblem => ({ _tag: "Came", by, kind, text })
