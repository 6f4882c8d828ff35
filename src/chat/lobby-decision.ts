import { Effect, Exit } from "effect"
import type { Openid } from "../core/openid.ts"
import type { Round, Seeker } from "../core/pairing.ts"
import type { MemcachedError } from "../memcached/memcached.ts"
import type { Acquaintance, Acquaintances } from "./acquaintances.ts"

/**
 * Decides who is paired, looks up whether those people have met before, and decides again with the result, until no chosen pair
 * is unchecked. Only chosen pairs are looked up. `failed` gets those whose look-up failed; they are left out.
 */
export const decideAmongStrangers = Effect.fnUntraced(function* <S extends Seeker>(
  acquaintances: Acquaintances["Service"],
  seekers: ReadonlyArray<S>,
  decide: (seekers: ReadonlyArray<S>) => Round<S>,
  failed: (seeker: S, error: MemcachedError) => Effect.Effect<unknown>
) {
  const asked = new Set<string>()
  for (let left = seekers; ;) {
    const round = decide(left)
    const open = round.decisions.flatMap(({ seeker, decision }) =>
      decision._tag === "Join" && !asked.has(nameOf(seeker, decision.entry))
        ? [[seeker, decision.entry] as const]
        : []
    )
    if (open.length === 0) return round
    const found = yield* acquaintances.between(open.map(([seeker, entry]) => [seeker.openid, entry.openid]))
    /** Seekers who know more than before; undefined: left out. */
    const wiser = new Map<S, S | undefined>()
    for (const [place, [seeker, entry]] of open.entries()) {
      asked.add(nameOf(seeker, entry))
      const exit = found[place] ?? Exit.succeed<Acquaintance>("strangers")
      if (Exit.isFailure(exit)) {
        wiser.set(seeker, undefined)
        yield* Effect.catch(exit, (error) => failed(seeker, error))
      } else if (exit.value !== "strangers") wiser.set(seeker, acquainted(seeker, entry, exit.value))
    }
    if (wiser.size === 0) return round
    left = round.decisions.flatMap(({ seeker }) => (wiser.has(seeker) ? (wiser.get(seeker) ?? []) : [seeker]))
  }
})

const nameOf = (seeker: Seeker, entry: { readonly room: string }): string => `${seeker.openid} ${entry.room}`

/** The same seeker, knowing what the two are to each other. */
export const acquainted = <S extends Seeker>(
  seeker: S,
  { openid }: { readonly openid: Openid },
  acquaintance: Acquaintance
): S => {
  if (acquaintance === "blocked") return { ...seeker, blocked: [...seeker.blocked, openid] }
  return acquaintance === "met" && !seeker.recent.includes(openid)
    ? { ...seeker, recent: [...seeker.recent, openid] }
    : seeker
}
