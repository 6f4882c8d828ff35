import { Effect } from "effect"
import type { Openid } from "../core/openid.ts"
import { metLately, type Round, type Seeker } from "../core/pairing.ts"
import type { Acquaintances } from "./acquaintances.ts"

/**
 * How often a round is decided anew because those who would meet have met lately. Who waits suits nobody else who waits, so there
 * are few to ask about; after this many the decision stands.
 */
const acquaintanceChecks = 8

/** Decides, and decides anew with what is found out about those who would meet: only they are looked up. */
export const decideAmongStrangers = Effect.fnUntraced(function* <S extends Seeker>(
  acquaintances: Acquaintances["Service"],
  seekers: ReadonlyArray<S>,
  decide: (seekers: ReadonlyArray<S>) => Round<S>
) {
  let round = decide(seekers)
  for (let checks = 0; checks < acquaintanceChecks; checks += 1) {
    const joins = round.decisions.flatMap(({ seeker, decision }) =>
      decision._tag === "Join" && !metLately(seeker, decision.entry)
        ? [[seeker, decision.entry] as const]
        : []
    )
    const met = yield* acquaintances.metLately(joins.map(([seeker, entry]) => [seeker.openid, entry.openid]))
    const known = new Map(joins.filter((_, place) => met[place] === true))
    if (known.size === 0) break
    round = decide(
      round.decisions.map(({ seeker }) => {
        const entry = known.get(seeker)
        return entry === undefined ? seeker : acquainted(seeker, entry)
      })
    )
  }
  return round
})

/** The same seeker, knowing that these two met lately. */
export const acquainted = <S extends Seeker>(seeker: S, other: { readonly openid: Openid }): S => ({
  ...seeker,
  recent: [...seeker.recent, other.openid]
})
