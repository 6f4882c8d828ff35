import type { Effect } from "effect"
import type { Sentence } from "../core/sentence.ts"
import type { MemcachedError } from "../memcached/memcached.ts"

/** WeChat hangs up after 5 s (protocol notes 3.1); half a second is left for the way. */
export const replyBudgetMillis = 4_500

/**
 * WeChat's third and last attempt ends 15 s after the first one began. An answer that may come later has to be there this long after
 * the first attempt; the second that is left is for composing it.
 */
export const laterMillis = 13_500

/** When the last attempt has to be answered, counted from the first one. */
export const lastAttemptEndsMillis = 14_500

/** WeChat makes three attempts, so far apart (protocol notes 3.1). */
const attemptsApartMillis = 5_000
const mostEarlierAttempts = 2

/** A creation time is cut to whole seconds: half of one on average, in milliseconds. */
const cutMillis = 500

/**
 * When WeChat made the first attempt of a message, as its age says at `claimedAtMillis`: those before may have gone to a server that is
 * down, of which nobody here knows. An age that no attempt has comes of clocks that are far apart, and says nothing. In milliseconds since 1970.
 */
export const firstAttemptMillis = (createTimeSeconds: number, claimedAtMillis: number): number => {
  const ageMillis = claimedAtMillis - createTimeSeconds * 1_000 - cutMillis
  const earlier = Math.round(ageMillis / attemptsApartMillis)
  return earlier > 0 && earlier <= mostEarlierAttempts
    ? claimedAtMillis - earlier * attemptsApartMillis
    : claimedAtMillis
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
 * Words that may take a while: a chatbot's, the school's, or word of a partner. Whoever carries out a command returns this instead of waiting.
 *
 * It runs after the turn of the user is over, so that their next message is not kept waiting, and has to end by `byMillis` (milliseconds
 * since 1970, some 13 s after the message came) with whatever can be said by then. The inbox sees to the rest:
 *
 * - It comes within 4.5 s: it is the answer in the exchange.
 * - It comes later, and this account may push: the exchange ended with `success` at 4.5 s, and the words are pushed.
 * - It comes later, and nothing can be pushed: the exchange is held until WeChat hangs up and sends the message again. Whichever attempt
 *   waits when the words are there gives them, on any server.
 * - No attempt is left: the words wait in the mailbox.
 *
 * The server may die meanwhile: then the next attempt, on another server, begins with the event once more. So whatever has an
 * effect beside the words is done before, not in here. With memcached out of reach the user hears that we are busy.
 */
export type Later = (byMillis: number) => Effect.Effect<ReadonlyArray<Sentence>, MemcachedError>
