import { keys } from "../chat/keys.ts"
import type { Openid } from "../core/openid.ts"
import { word } from "../core/wording.ts"
import {
  linesKeepOrder,
  linesReachThePartner,
  type LineRecord,
  nobodyWaitsInVain,
  oneOpenPair,
  oneWaitingPlace,
  pairsAreTwo,
  pairsMirror,
  type Violation
} from "./invariants.ts"
import { snapshot } from "./state-history.ts"
import { readTold } from "./told.ts"
import type { World } from "./world.ts"

/** What went wrong in a run on purpose; it decides how strict the judge may be. */
export interface Faults {
  /** A server died, or an answer was lost: a notice may come twice, and a user who acted may not have been answered. */
  readonly crashes: boolean
  /** memcached lost something. */
  readonly evictions: boolean
}

/** What must hold at every moment. */
export const judgeAlways = (world: World, faults: Faults): ReadonlyArray<Violation> => {
  const state = snapshot(world.store, world.machine.now)
  return [...pairsAreTwo(state), ...(faults.evictions ? [] : oneOpenPair(state))]
}

/** What must hold at rest: everybody acted once more after the last fault, was answered, and a sweep went by. */
export const judgeAtRest = (
  world: World,
  users: ReadonlyArray<Openid>,
  faults: Faults
): ReadonlyArray<Violation> => {
  const { now } = world.machine
  const state = snapshot(world.store, now)
  const lines = linesOf(world)
  const lobby = world.store.read(keys.lobby, now)?.value ?? ""
  return [
    ...pairsAreTwo(state),
    ...oneOpenPair(state),
    ...pairsMirror(state, now),
    ...nobodyWaitsInVain(state, now),
    ...oneWaitingPlace(state, (room) => lobby.includes(room)),
    ...linesReachThePartner(lines, (...pair) => world.history.wereAPair(...pair), faults.crashes),
    ...(faults.crashes ? [] : linesKeepOrder(lines)),
    ...(faults.crashes ? [] : silentLosses(world, lines)),
    ...users.flatMap((user) => toldViolations(world, user, faults))
  ]
}

/** Every line that was written, and where it showed up: alone in its bubble, or on a line of its own if it had to wait. */
export const linesOf = (world: World): ReadonlyArray<LineRecord> => {
  const arrivals = new Map<string, Array<{ readonly by: Openid; readonly atMillis: number }>>()
  for (const { by, atMillis, content } of world.followers.received) {
    if (content._tag !== "Text") continue
    for (const text of content.text.split("\n")) {
      const found = arrivals.get(text) ?? []
      arrivals.set(text, found)
      found.push({ by, atMillis })
    }
  }
  return world.actions.flatMap(({ user, input, begunAtMillis }) =>
    input._tag === "Say"
      ? [
          {
            writer: user,
            text: input.text,
            writtenAtMillis: begunAtMillis,
            arrivals: arrivals.get(input.text) ?? []
          }
        ]
      : []
  )
}

/** A line that was answered with nothing has arrived, or waits in a mailbox. */
const silentLosses = (world: World, lines: ReadonlyArray<LineRecord>): ReadonlyArray<Violation> => {
  const unheard = new Set(lines.filter(({ arrivals }) => arrivals.length === 0).map(({ text }) => text))
  return world.actions.flatMap(({ user, input, answeredAtMillis, answer }) =>
    input._tag === "Say" && answeredAtMillis !== undefined && answer === undefined && unheard.has(input.text)
      ? [{ guarantee: "no line is lost in silence", facts: `"${input.text}" of ${user}` }]
      : []
  )
}

const toldViolations = (world: World, user: Openid, faults: Faults): ReadonlyArray<Violation> => {
  const lines = new Set(linesOf(world).map(({ text }) => text))
  let metSomebody = false
  const bubbles = world.followers.received.flatMap(({ by, content, button, asking }) => {
    if (by !== user || content._tag !== "Text") return []
    // After a second pair, a line of the last partner may be on its way while its reader looks for the next.
    const isLine = !metSomebody && lines.has(content.text)
    metSomebody ||= content.text.includes(word({ _tag: "PairMade" }))
    return [
      {
        text: content.text,
        isLine,
        ...(button === undefined ? {} : { answers: button }),
        ...(asking === undefined ? {} : { asking })
      }
    ]
  })
  return readTold(user, bubbles, faults.crashes || faults.evictions).violations
}
