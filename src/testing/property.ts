/** Checks properties without a test runner: plain calls that throw, so that they stand in any test or script. */
import { inspect } from "node:util"
import { Arbitrary, Effect, Schema } from "effect"
import type { Violation } from "./invariants.ts"
import { minimal } from "./shrinking.ts"
import type { Deed } from "./story.ts"
import { tellStory } from "./telling.ts"

/** A property does not hold: the smallest value that was found, what is wrong with it, and `replay`, which finds it again. */
export class PropertyBroken extends Schema.TaggedError<PropertyBroken>()("PropertyBroken", {
  facts: Schema.Array(Schema.String),
  replay: Schema.String
}) {
  override get message() {
    return [...this.facts, `replay: ${this.replay}`].join("\n")
  }
}

export type PropertyOptions = Pick<Arbitrary.CheckOptions, "runs" | "seed" | "replay" | "maxShrinks">

/**
 * Checks a property on generated values. It holds for a value if it returns true or no violations; it is broken if it throws
 * (as assertions do), or returns anything else. Throws `PropertyBroken` for the smallest value that breaks it, of a story without any deed
 * that it breaks without. Without a `seed`, every check draws new values. A `replay` that no longer breaks the property, as after a repair, passes.
 */
export const checkProperty = <A>(
  values: Arbitrary.Arbitrary<A>,
  property: (value: A) => boolean | ReadonlyArray<Violation>,
  options: PropertyOptions = {}
): void => {
  const holds = (value: A) => brokenBy(property, value).length === 0
  const result = Effect.runSync(
    Arbitrary.checkEffect(values, holds, { maxShrinks: presetShrinks, ...options })
  )
  switch (result._tag) {
    case "Passed":
      return
    case "Falsified": {
      const smallest = withoutIdleDeeds(result.shrunkInput, (value) => brokenBy(property, value))
      throw new PropertyBroken({
        facts: [
          `broken by value number ${result.runs}, shrunk ${result.shrinks} times to`,
          ...written(smallest).map((line) => `  ${line}`),
          ...brokenBy(property, smallest)
        ],
        replay: result.replay
      })
    }
    case "ReplayMismatch":
      if (result.reason === "PropertyPassed") return
      throw new PropertyBroken({
        facts: [mismatch[result.reason]],
        replay: options.replay ?? "none"
      })
    default:
      throw new PropertyBroken({
        facts: [Arbitrary.formatCheckFailure(result) ?? result._tag],
        replay: options.replay ?? "none"
      })
  }
}

const mismatch = {
  ShrinkPassed: "what was shrunk holds now, but not what it was shrunk from: check again without `replay`",
  ShrinkPathUnavailable: "`replay` leads to no value: the values are generated in another way now",
  AttemptDiscarded: "`replay` leads to a value that is filtered out now"
}

/** What is wrong with a value, in words; nothing when the property holds for it. */
const brokenBy = <A>(
  property: (value: A) => boolean | ReadonlyArray<Violation>,
  value: A
): ReadonlyArray<string> => {
  try {
    const verdict: unknown = property(value)
    if (typeof verdict === "boolean") return verdict ? [] : ["it gave back false"]
    if (!isVerdict(verdict))
      return [`it gave back ${inspect(verdict)}: give back true, or a list of violations`]
    return [...new Set(verdict.map(({ guarantee, facts }) => `${guarantee}: ${facts}`))]
  } catch (error) {
    return [String(error)]
  }
}

const isVerdict = (verdict: unknown): verdict is ReadonlyArray<Violation> => Array.isArray(verdict)

/** Enough to make a story small without taking long. */
const presetShrinks = 1_000

/**
 * A story grows shorter as its moves turn into nothing, and with them their pauses, so that what needs its moment keeps idle moves. Here deeds
 * go and the others stay when they are, as long as the same is wrong.
 */
const withoutIdleDeeds = <A>(value: A, wrongs: (value: A) => ReadonlyArray<string>): A => {
  if (!isStory(value)) return value
  const kinds = wrongs(value).map(kindOf)
  const isAsWrong = (part: ReadonlyArray<Deed>) => {
    if (part.length === 0) return false
    const found = new Set(wrongs(part as A).map(kindOf))
    return kinds.every((kind) => found.has(kind))
  }
  return minimal<Deed>(value, isAsWrong) as A
}

/** The guarantee, or the name of an error. */
const kindOf = (wrong: string): string => wrong.split(":", 1).join("")

const written = (value: unknown): ReadonlyArray<string> =>
  isStory(value) ? tellStory(value) : (JSON.stringify(value, undefined, 2) ?? String(value)).split("\n")

const isStory = (value: unknown): value is ReadonlyArray<Deed> =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((one) => typeof one === "object" && one !== null && "what" in one && "atMillis" in one)
