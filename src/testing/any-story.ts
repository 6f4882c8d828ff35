/** Generated stories: what a few people do and what goes wrong meanwhile, small enough to shrink and to be read. */
import { Arbitrary, Schema } from "effect"
import { words } from "../core/intent.ts"
import { Openid } from "../core/openid.ts"
import type { Input } from "./action.ts"
import {
  evictable,
  type Fault,
  type FaultName,
  faultNames,
  largestSkewMillis,
  longestRestartMillis,
  mostSkipped
} from "./faults.ts"
import { type Deed, lineOf } from "./story.ts"

/** Who takes part in a generated story, and what may go wrong. */
export interface Cast {
  readonly users: number
  readonly servers: number
  /** Kinds of faults; none when absent. */
  readonly faults?: ReadonlyArray<FaultName>
  /** How many actions a story has at the most; 30 when absent. */
  readonly mostActions?: number
}

/** The users of generated stories, by their numbers from 0. */
export const userOf = (place: number): Openid => Openid.make(`u${place}`)

export const usersOf = (cast: Pick<Cast, "users">): ReadonlyArray<Openid> =>
  Array.from({ length: cast.users }, (_, place) => userOf(place))

/**
 * A story of a cast. A user who unfollowed follows the account before doing anything else, as in WeChat. Lines have words of
 * their own; tease mode is asked for behind a `#`, which means the same in every state.
 */
export const anyStory = (cast: Cast): Arbitrary.Arbitrary<ReadonlyArray<Deed>> => {
  const { mostActions = presetActions } = cast
  // Always as many moves: a story grows shorter as its moves turn into nothing.
  return Arbitrary.map(
    Arbitrary.array(Arbitrary.schema(moveOf(cast)), { minLength: mostActions, maxLength: mostActions }),
    told
  )
}

const presetActions = 30

/** One action as it is generated. What comes first in a list, and small numbers, are what a failure shrinks towards. */
const moveOf = (cast: Cast) =>
  Schema.Struct({
    user: below(cast.users),
    server: below(cast.servers),
    doing: below(doings.length),
    pauseMillis: Schema.Literals(pausesMillis),
    luck: below(unlucky + 1),
    fault: faultOf(cast)
  })
type Move = ReturnType<typeof moveOf>["Type"]

const below = (limit: number) => Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: limit - 1 }))

/** What people do, and how often: mostly what leads to chats. */
const doings = [
  "nothing",
  "状态",
  ...Array<"配对">(6).fill("配对"),
  ...Array<"says">(6).fill("says"),
  "更换",
  "退出",
  "teases",
  "unfollows"
] as const
type Doing = Exclude<(typeof doings)[number], "nothing">

/** The time before an action: people act in a moment, at once, or after a search or a whole chat has run out. */
const pausesMillis = [1_000, 0, 100, 10_000, 60_000, 200_000] as const

/** One action of five meets a fault. */
const unlucky = 4

const faultOf = (cast: Cast): Schema.Codec<Fault | undefined> => {
  const schemas: Partial<Record<string, Schema.Codec<Fault>>> = faultSchemas(cast)
  const [first, ...others] = (cast.faults ?? []).map((name) => {
    const schema = schemas[name]
    if (schema === undefined) throw new RangeError(`no fault ${name}: there are ${faultNames.join(", ")}`)
    return schema
  })
  return first === undefined ? Schema.Undefined : Schema.Union([first, ...others])
}

const faultSchemas = ({ users, servers }: Cast): Readonly<Record<FaultName, Schema.Codec<Fault>>> => {
  const user = Schema.Literals(usersOf({ users }))
  const server = below(servers)
  const target = Schema.Union([Schema.Struct({ user }), Schema.Struct({ server })])
  const skip = below(mostSkipped)
  return {
    lost: Schema.TaggedStruct("LoseAnswer", { target, skip }),
    dropped: Schema.TaggedStruct("Drop", { target, skip }),
    crash: Schema.TaggedStruct("Kill", { server, restartMillis: below(longestRestartMillis) }),
    evict: Schema.TaggedStruct("Evict", { item: Schema.Literals(evictable), user }),
    flush: Schema.TaggedStruct("Flush", {}),
    skew: Schema.TaggedStruct("SetClock", {
      server,
      skewMillis: Schema.Int.check(
        Schema.isBetween({ minimum: -largestSkewMillis, maximum: largestSkewMillis })
      )
    })
  }
}

/** The moves as the deeds of a story. */
const told = (moves: ReadonlyArray<Move>): ReadonlyArray<Deed> => {
  const away = new Set<Openid>()
  const deeds: Array<Deed> = []
  let atMillis = 0
  for (const { user: place, server, doing: nth, pauseMillis, luck, fault } of moves) {
    atMillis += pauseMillis
    const doing = doings[nth]
    if (doing === undefined || doing === "nothing") continue
    const user = userOf(place)
    const input: Input = away.has(user) ? { _tag: "Follow" } : inputOf(doing, user, deeds.length)
    if (input._tag === "Unfollow") away.add(user)
    else away.delete(user)
    deeds.push({ number: deeds.length, atMillis, what: { _tag: "Act", user, input, server } })
    if (luck === unlucky && fault !== undefined) deeds.push({ number: deeds.length, atMillis, what: fault })
  }
  return deeds
}

const inputOf = (doing: Doing, user: Openid, number: number): Input => {
  switch (doing) {
    case "says":
      return { _tag: "Say", text: lineOf(user, number) }
    case "teases":
      return { _tag: "Say", text: `#${words.tease}` }
    case "unfollows":
      return { _tag: "Unfollow" }
    default:
      return { _tag: "Press", button: doing }
  }
}
