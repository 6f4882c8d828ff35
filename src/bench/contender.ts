import type { Effect } from "effect"
import type { Openid } from "../core/openid.ts"
import { numberedOpenid, numberInOpenid } from "./numbered-openid.ts"

/** Who presses 配对: `users` people with running numbers from `first` on. */
export interface People {
  readonly first: number
  readonly users: number
}

/** What a worker process is asked for; each is one method of {@link Contender}. */
export type Order =
  | ({ readonly _tag: "Press"; readonly inFlight: number } & People)
  | ({ readonly _tag: "Wait" } & People)
  | ({ readonly _tag: "Forget" } & People)
  | ({ readonly _tag: "Crowd"; readonly rooms: number } & People)

/** The result of a round of presses, with everything that went on afterwards in the background. */
export interface Round {
  readonly pairs: number
  readonly seconds: number
  /** Processor time of the process that made them, in microseconds: other work on the machine hardly affects it. */
  readonly processorMicros: number
  /** Requests to the store. */
  readonly requests: number
  /** From the press to the moment at which the user, or the one who tells them, knows of the pair: the median and the 99th percentile. */
  readonly medianMillis: number
  readonly p99Millis: number
}

/** One way to make pairs. */
export interface Contender {
  /** Everybody presses once, at most `inFlight` of them at a time. */
  readonly press: (people: People, inFlight: number) => Effect.Effect<Round>
  /** Everybody waits for a partner, and nobody finds one. */
  readonly wait: (people: People) => Effect.Effect<void>
  /** Lets the store forget that they were paired. */
  readonly forget: (people: People) => Effect.Effect<void>
  /** Lets that many strangers wait, none of whom suits these people. */
  readonly crowd: (rooms: number, people: People) => Effect.Effect<void>
}

export const openids = ({ first, users }: People): ReadonlyArray<Openid> =>
  Array.from({ length: users }, (_, index) => numberedOpenid(presserPrefix, first + index))

/** The running number of one of them; NaN for anybody else. */
export const numberOf = (openid: string): number => numberInOpenid(presserPrefix, openid)

const presserPrefix = "oBench"

/** A waiting stranger, who is none of the people who press. */
export const stranger = (number: number): Openid => numberedOpenid("oStranger", number)
