/** A story in words, for people who want to know what happened. */
import type { Content } from "../core/content.ts"
import type { Input } from "./action.ts"
import type { Fault, Target } from "./faults.ts"
import type { Act, Deed } from "./story.ts"

/** One line a deed, with its number and its time in seconds. */
export const tellStory = (deeds: ReadonlyArray<Deed>): ReadonlyArray<string> =>
  deeds.map(({ number, atMillis, what }) => `${secondsOf(atMillis)}  #${number} ${tellDeed(what)}`)

export const secondsOf = (millis: number): string =>
  `${(millis / millisPerSecond).toFixed(3).padStart(secondsWidth)} s`

export const tellDeed = (what: Act | Fault): string => {
  switch (what._tag) {
    case "Act":
      return `${what.user} ${tellInput(what.input)} (server ${what.server})`
    case "LoseAnswer":
      return `fault: the answer of an operation ${tellTarget(what.target)} is lost, after ${what.skip} others`
    case "Drop":
      return `fault: an operation ${tellTarget(what.target)} is dropped, after ${what.skip} others`
    case "Kill":
      return `fault: server ${what.server} is killed, and starts again ${what.restartMillis} ms later`
    case "Evict":
      return `fault: memcached forgets the ${what.item} of ${what.user}`
    case "Flush":
      return "fault: memcached forgets everything"
    case "SetClock":
      return `fault: the clock of server ${what.server} is wrong by ${what.skewMillis} ms`
  }
}

export const wordsOf = (content: Content): string =>
  content._tag === "Text" ? content.text.split("\n").join(" / ") : content._tag

const tellInput = (input: Input): string => {
  switch (input._tag) {
    case "Press":
      return `presses ${input.button}`
    case "Say":
      return `says ${input.text}`
    case "Follow":
      return "follows the account"
    case "Unfollow":
      return "unfollows the account"
  }
}

const tellTarget = (target: Target): string =>
  "user" in target ? `for ${target.user}` : `on server ${target.server}`

const millisPerSecond = 1_000
const secondsWidth = 8
