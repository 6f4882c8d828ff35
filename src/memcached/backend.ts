/** What a layer gives to the service: the operations, whose keys, values and times already obey the rules. */
import type { Brand, Effect, Exit, Option } from "effect"

export type Operation = "get" | "gets" | "set" | "add" | "cas" | "delete" | "append" | "increment" | "version"

export const refusals = [
  "ValueTooLarge",
  "NotANumber",
  "NumberTooLarge",
  "InvalidArguments",
  "OutOfMemory",
  "VersionsDisabled",
  "Other"
] as const
export type Refusal = (typeof refusals)[number]

/** What went wrong, before the service adds the operation and the kind of key. */
export type Failure =
  | { readonly _tag: "Unavailable"; readonly problem: string }
  | { readonly _tag: "Unanswered"; readonly problem: string }
  | { readonly _tag: "Refused"; readonly status: Refusal }

/** Opaque version of an item, for `cas` and versioned `delete`; compare by equality only. */
export type Version = Brand.Branded<string, "MemcachedVersion">

export interface Versioned {
  readonly value: string
  readonly version: Version
}

export interface ServerHealth {
  readonly address: string
  readonly healthy: boolean
  readonly version?: string
  readonly problem?: string
}

/** An operation as data. `append` and `delete` are left out: a refused `append` is looked into by another operation. */
export type Asked =
  | { readonly operation: "get" | "gets"; readonly key: string }
  | {
      readonly operation: "set" | "add"
      readonly key: string
      readonly value: string
      readonly ttlSeconds: number
    }
  | {
      readonly operation: "cas"
      readonly key: string
      readonly value: string
      readonly version: Version
      readonly ttlSeconds: number
    }
  | {
      readonly operation: "increment"
      readonly key: string
      readonly by: number
      readonly initial: number
      readonly ttlSeconds: number
    }

/** `piggybacked`: nobody waits for it, so it may leave together with the next operation. */
export type Urgency = "now" | "piggybacked"

type Answer<A> = Effect.Effect<A, Failure>

export interface Backend {
  readonly addressOf: (key: string) => string
  readonly get: (key: string) => Answer<Option.Option<string>>
  readonly gets: (key: string) => Answer<Option.Option<Versioned>>
  readonly set: (key: string, value: string, ttlSeconds: number) => Answer<void>
  readonly add: (key: string, value: string, ttlSeconds: number) => Answer<boolean>
  readonly cas: (key: string, value: string, version: Version, ttlSeconds: number) => Answer<boolean>
  /** Carries out all of them side by side. Their outcomes come in the same order, each as from the operation of its name. */
  readonly askAll: (
    asked: ReadonlyArray<Asked>,
    urgency: Urgency
  ) => Effect.Effect<ReadonlyArray<Exit.Exit<unknown, Failure>>>
  readonly delete: (key: string, version: Version | undefined) => Answer<boolean>
  readonly append: (key: string, value: string) => Answer<boolean>
  readonly increment: (key: string, by: number, initial: number, ttlSeconds: number) => Answer<number>
  readonly servers: Effect.Effect<ReadonlyArray<ServerHealth>>
}
