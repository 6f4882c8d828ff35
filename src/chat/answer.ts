import type { Effect } from "effect"
import type { Sentence } from "../core/sentence.ts"
import type { MemcachedError } from "../memcached/memcached.ts"
import { attemptMillis, mostAttempts } from "../wechat/attempts.ts"

/** Left at the end of an attempt for the answer's way to WeChat. */
const wayMillis = 500

/** Within this time an attempt has to be answered: 4.5 s. */
export const replyBudgetMillis = attemptMillis - wayMillis

/** When the last attempt has to be answered, counted from the first one: 14.5 s. */
export const lastAttemptEndsMillis = mostAttempts * attemptMillis - wayMillis

/** For composing an answer once its words are there. */
const composingMillis = 1_000

/** When the words of an answer that may come later have to be there, counted from the first attempt: 13.5 s. */
export const laterMillis = lastAttemptEndsMillis - composingMillis

/** A creation time is cut to whole seconds: half of one on average, in milliseconds. */
const cutMillis = 500

/**
 * When WeChat made the first attempt of a message (milliseconds since 1970), as the message's age says at `claimedAtMillis`:
 * earlier attempts may have gone to a server that is down, of which nobody here knows. An age that fits no attempt comes from
 * clocks that are far apart, and is ignored.
 */
export const firstAttemptMillis = (createTimeSeconds: number, claimedAtMillis: number): number => {
  const ageMillis = claimedAtMillis - createTimeSeconds * 1_000 - cutMillis
  const earlier = Math.round(ageMillis / attemptMillis)
  return earlier > 0 && earlier < mostAttempts ? claimedAtMillis - earlier * attemptMillis : claimedAtMillis
}

/** The attempts of a message are so far apart as WeChat waits, and a little more. */
const attemptLagMillis = 1_000

/**
 * When a message was made that came at `cameMillis` with an attempt that was not the first; undefined: it came at once. In milliseconds
 * since 1970.
 */
export const madeEarlierMillis = (createTimeSeconds: number, cameMillis: number): number | undefined => {
  const first = firstAttemptMillis(createTimeSeconds, cameMillis)
  return first < cameMillis ? first - attemptLagMillis : undefined
}

/** What is said to the user who acted, in order; nothing when a line simply reached the partner. */
export interface Answer {
  readonly sentences: ReadonlyArray<Sentence>
  /** Sentences that follow those, and for which the whole answer waits. */
  readonly later?: Later
}

/**
 * Sentences that may take a while: a chatbot's, the school's, or a notice about a partner. The code that carries out a command
 * returns this instead of waiting.
 *
 * It runs after the turn of the user is over, so that their next message is not kept waiting, and has to end by `byMillis`
 * (milliseconds since 1970, some 13 s after the message came) with whatever can be said by then. The inbox sees to the rest:
 *
 * - It comes within 4.5 s: it is the answer in the exchange.
 * - It comes later, and this account may push: the exchange ended with `success` at 4.5 s, and the sentences are pushed.
 * - It comes later, and nothing can be pushed: the exchange is held until WeChat hangs up and sends the message again. The
 *   attempt that waits when the sentences are there gives them, on any server.
 * - No attempt is left: the sentences wait in the mailbox.
 *
 * The server may die meanwhile: then the next attempt, on another server, begins with the event once more. So nothing in here
 * may have an effect besides its sentences; such effects come before. If memcached cannot be reached, the user hears that we
 * are busy.
 */
export type Later = (byMillis: number) => Effect.Effect<ReadonlyArray<Sentence>, MemcachedError>
