/** Operations as data, so that several of different kinds can be asked together: `Memcached.askAll`. */
import type { Exit, Option } from "effect"
import type { Asked, Version, Versioned } from "./backend.ts"

/** One operation of the service of that name, and what its answer means to the caller. */
export interface Ask<A> {
  readonly asked: Asked
  /** `answer`: what the operation answers. */
  readonly meaning: (answer: unknown) => A
}

const asking = <A>(asked: Asked): Ask<A> => ({ asked, meaning: asItIs<A> })
const asItIs = <A>(answer: unknown): A => answer as A

export const ask = {
  get: (key: string): Ask<Option.Option<string>> => asking({ operation: "get", key }),
  gets: (key: string): Ask<Option.Option<Versioned>> => asking({ operation: "gets", key }),
  set: (key: string, value: string, ttlSeconds: number): Ask<void> =>
    asking({ operation: "set", key, value, ttlSeconds }),
  add: (key: string, value: string, ttlSeconds: number): Ask<boolean> =>
    asking({ operation: "add", key, value, ttlSeconds }),
  cas: (key: string, value: string, version: Version, ttlSeconds: number): Ask<boolean> =>
    asking({ operation: "cas", key, value, version, ttlSeconds }),
  increment: (key: string, by: number, initial: number, ttlSeconds: number): Ask<number> =>
    asking({ operation: "increment", key, by, initial, ttlSeconds })
} as const

/** The same question; `make` turns its answer into something else. */
export const understood = <A, B>({ asked, meaning }: Ask<A>, make: (answer: A) => B): Ask<B> => ({
  asked,
  meaning: (answer) => make(meaning(answer))
})

/** Several operations; `undefined` asks nothing. */
export type Asks = ReadonlyArray<Ask<unknown> | undefined>

/** What became of each of several operations. */
export type Outcomes<Each extends Asks, E> = { readonly [Place in keyof Each]: Outcome<Each[Place], E> }

type Outcome<Asked, E> = Asked extends Ask<infer A> ? Exit.Exit<A, E> : undefined
