import { Cause, Effect, Exit } from "effect"
import type { Openid } from "../core/openid.ts"
import type { MemcachedError } from "../memcached/memcached.ts"
import type { Ask, Outcome } from "./pairing-moves.ts"

/** An ask on its way, and who waits for its outcome. */
export interface Pending extends Ask {
  /** Whom of those that they might meet they met lately, as far as that was looked up. */
  readonly recent: ReadonlyArray<Openid>
  /** The same for an ask in all its rounds. */
  readonly waiting: Waiting
}

/** Somebody who waits for an outcome; the first one counts. */
export class Waiting {
  readonly #resume: (outcome: Exit.Exit<Outcome, MemcachedError>) => void
  #isOver = false

  constructor(resume: (outcome: Exit.Exit<Outcome, MemcachedError>) => void) {
    this.#resume = resume
  }

  get isOver(): boolean {
    return this.#isOver
  }

  end(outcome: Exit.Exit<Outcome, MemcachedError>): void {
    this.#isOver = true
    this.#resume(outcome)
  }
}

export const end = ({ waiting }: Pending, outcome: Outcome) =>
  Effect.sync(() => waiting.end(Exit.succeed(outcome)))

export const failAll = (pendings: ReadonlyArray<Pending>, error: MemcachedError) =>
  Effect.sync(() => {
    for (const { waiting } of pendings) waiting.end(Exit.fail(error))
  })

/** How asks are given up. `undo`: what was written for one. */
export const makeGivingUp = (undo: (ask: Ask) => Effect.Effect<void, MemcachedError>) => {
  const giveUp = (pending: Pending) =>
    Effect.map(Effect.exit(undo(pending)), (undone) => pending.waiting.end(Exit.map(undone, () => givenUp)))

  /** Works on asks. Those whose outcome an error of ours leaves open are given up: nobody else would end their waiting. */
  const sparing = (pendings: ReadonlyArray<Pending>, work: Effect.Effect<void>) =>
    Effect.catchCause(work, (cause) => {
      if (Cause.hasInterrupts(cause)) return Effect.failCause(cause)
      const open = pendings.filter(({ waiting }) => !waiting.isOver)
      return Effect.andThen(
        Effect.logError("pairing failed", cause),
        Effect.forEach(open, giveUp, { concurrency: "unbounded", discard: true })
      )
    })

  return { giveUp, sparing }
}

const givenUp: Outcome = { _tag: "GivenUp" }
