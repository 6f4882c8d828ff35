/** For tests that draw at random without `it.prop`: what a failure drew can be drawn again. */
import { randomBytes } from "node:crypto"
import { Console, Effect } from "effect"

/** Runs a test with a seed: the one in the environment under `name`, or a new one. A failure prints how to have the same again. */
export const fromSeed = <A, E, R>(name: string, test: (seed: number) => Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const seed = Number(process.env[name] ?? randomBytes(4).readUInt32BE())
    return Effect.onError(test(seed), () => Console.error(`the same again: ${name}=${seed}`))
  })
