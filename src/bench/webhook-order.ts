/** What the processes of the webhook benchmark are told, and what they answer. */
import type { Openid } from "../core/openid.ts"
import { word } from "../core/wording.ts"
import { type MessageMode, user } from "./webhook-callback.ts"

/**
 * Who writes what. `asking`: users by turns in the ordinary state, which stores nothing and where any text gets the hint, and in tease
 * mode, which is a stored session, where `#状态` gets the status. `pairs`: the two of each pair by turns, a line for the other.
 */
export type Story = "asking" | "pairs"

/** Messages with running numbers from `first` on, to the server that listens on `port`. */
export interface Messages {
  readonly port: number
  readonly mode: MessageMode
  readonly story: Story
  /** How many users there are. */
  readonly people: number
  readonly first: number
  readonly messages: number
}

/** `Flood`: as fast as `connections` allow, each with one message under way. `Stream`: at a fixed rate, whatever the server does. */
export type LoadOrder =
  | ({ readonly _tag: "Flood"; readonly connections: number } & Messages)
  | ({ readonly _tag: "Stream"; readonly perSecond: number } & Messages)

/** What a load came to. The times are from when a message was due until its answer was there. */
export interface Load {
  readonly seconds: number
  readonly medianMillis: number
  readonly p99Millis: number
  /** How many lines were answered with words: theirs, or one for the writer, was kept instead of pushed. */
  readonly answeredInWords: number
}

/** What a server process can be asked: how much processor time it has used, in microseconds, or its memory. */
export type Question = "processor" | "memory"

/** What a process holds after a garbage collection. */
export interface Memory {
  readonly heapBytes: number
  readonly residentBytes: number
}

/** The people in pairs are not those who ask. */
export const inPair = (people: number, pair: number, half: number): Openid => user(people + 2 * pair + half)

/** Every second one of those who ask is in tease mode. */
export const isTeasing = (number: number): boolean => number % 2 === 1

export interface Line {
  readonly from: Openid
  readonly text: string
  /** The answer that has to come; undefined: none. */
  readonly expected: string | undefined
}

export const answerTo = (teasing: boolean): string =>
  word(teasing ? { _tag: "StatusNotPaired" } : { _tag: "Hint" })

/** The message with a running number. */
export const lineOf = ({ story, people }: Messages, number: number): Line => {
  if (story === "asking") {
    const who = number % people
    const teasing = isTeasing(who)
    return {
      from: user(who),
      text: teasing ? "#状态" : `今天食堂有什么好吃的？${number}`,
      expected: answerTo(teasing)
    }
  }
  // All first halves of the pairs write, then all second halves, so that nobody is pushed to more often than they write.
  const pairs = people / 2
  const pair = number % pairs
  const half = Math.floor(number / pairs) % 2
  return { from: inPair(people, pair, half), text: `在吗？第 ${number} 句`, expected: undefined }
}
