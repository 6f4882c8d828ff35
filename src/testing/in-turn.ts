/** Drives a world in the simplest way: one thing after the other, each to its end, and sweeps as time goes by. */
import { sweepEveryMillis } from "../chat/sweeper.ts"
import type { Openid } from "../core/openid.ts"
import type { Action, Input } from "./action.ts"
import type { Deed } from "./story.ts"
import type { World } from "./world.ts"

/** More operations and timers than this mean that the world goes in circles. */
const mostStepsToRest = 100_000

/** Ends every operation under way, oldest first. If nothing else can happen and `isOver` says no, lets time pass to the next timer. */
export const settle = (world: World, isOver: () => boolean = () => true): void => {
  for (let steps = 0; steps < mostStepsToRest; steps += 1) {
    const [next] = world.pending
    if (next !== undefined) world.end(next, "proceed")
    else if (isOver() || !world.machine.ringNext()) return
  }
  throw new Error("the world does not come to rest")
}

/** Lets a user act, and gives the action back when it was answered, or given up: its server had been killed. */
export const actInTurn = (world: World, user: Openid, input: Input, server = 0): Action => {
  if (server >= world.serverCount) {
    throw new RangeError(`no server ${server}: they count from 0, and the world has ${world.serverCount}`)
  }
  const action = world.act(user, input, server)
  settle(world, () => action.answeredAtMillis !== undefined || !world.isAlive(server))
  world.giveUp(action)
  return action
}

/** Lets time pass; at every whole second, as in service, every server sweeps. */
export const passTime = (world: World, millis: number): void => {
  const { machine } = world
  const endMillis = machine.now + Math.max(0, millis)
  for (;;) {
    const nextSweepMillis = (Math.floor(machine.now / sweepEveryMillis) + 1) * sweepEveryMillis
    if (nextSweepMillis > endMillis) return machine.advance(endMillis - machine.now)
    machine.advance(nextSweepMillis - machine.now)
    for (let server = 0; server < world.serverCount; server += 1) {
      world.sweep(server)
      settle(world)
    }
  }
}

/**
 * Plays what the users of a story do, each action to its end before the next begins; `after` sees the world after each one.
 * Actions fall in the middle between two sweeps, so that no user sees what the next sweep is about to end. Faults of the story
 * are left out: they need actions that overlap, for which there is `judgeStory`.
 */
export const playInTurn = (
  world: World,
  story: ReadonlyArray<Deed>,
  after: (deed: Deed) => void = () => undefined
): void => {
  const begunMillis = world.machine.now + sweepEveryMillis / 2
  for (const deed of story) {
    const { atMillis, what } = deed
    if (what._tag !== "Act") continue
    const sweeps = Math.ceil(atMillis / sweepEveryMillis)
    passTime(world, begunMillis + sweeps * sweepEveryMillis - world.machine.now)
    actInTurn(world, what.user, what.input, what.server)
    after(deed)
  }
}
