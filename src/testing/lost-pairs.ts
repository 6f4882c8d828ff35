/**
 * Whose pair memcached has lost, also one that had ended. Until they are told, they may ask a server that never knew of the pair and read
 * 未配对; a server that knew of it, and perhaps not of its end, says then, once, that the partner is gone. Not to a user who has been in another
 * pair since (docs/guarantees.md).
 */
import type { Openid } from "../core/openid.ts"
import { word } from "../core/wording.ts"
import { endWithoutPair } from "./told.ts"

export class LostPairs {
  readonly #members = new Set<Openid>()

  lost(members: ReadonlyArray<Openid>): void {
    for (const member of members) this.#members.add(member)
  }

  /** What remains wrong about a text that a user reads, of what `wrongs` says. */
  wrongs(reader: Openid, text: string, wrongs: ReadonlyArray<string>): ReadonlyArray<string> {
    if (!this.#members.has(reader)) return wrongs
    const isTold = wrongs.includes(endWithoutPair)
    if (isTold || text.includes(pairMade)) this.#members.delete(reader)
    return isTold ? wrongs.filter((one) => one !== endWithoutPair) : wrongs
  }
}

const pairMade = word({ _tag: "PairMade" })
