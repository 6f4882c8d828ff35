import type { Openid } from "../core/openid.ts"
import type { Input } from "./action.ts"
import type { WorldOptions } from "./world.ts"

/** One step of a thread of a race. */
export type RaceStep =
  | { readonly _tag: "Act"; readonly user: Openid; readonly input: Input; readonly server: number }
  | { readonly _tag: "Sweep"; readonly server: number }
  /** memcached forgets an item, at any moment. */
  | { readonly _tag: "Evict"; readonly key: string }
  /** The time passes before the threads begin. */
  | { readonly _tag: "Pass"; readonly millis: number }

/** A small cast and what it does: `before` one after the other, then the threads side by side, each in its order. */
export interface Race {
  readonly name: string
  readonly users: ReadonlyArray<Openid>
  readonly servers: number
  readonly before: ReadonlyArray<RaceStep>
  readonly threads: ReadonlyArray<ReadonlyArray<RaceStep>>
  readonly options?: Partial<WorldOptions>
}

/** What one run may go through, at most once: a server killed at any operation, or the answer of any operation lost. */
export const faultKinds = ["none", "crash", "lostAnswer", "dropped"] as const
export type FaultKind = (typeof faultKinds)[number]
