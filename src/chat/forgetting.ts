import { Effect } from "effect"
import type { Openid } from "../core/openid.ts"
import { Blocks } from "./blocks.ts"
import { Campus } from "./campus.ts"
import { LastPartners } from "./last-partners.ts"
import { Ledger } from "./ledger.ts"
import { Mailbox } from "./mailbox.ts"
import { Tease } from "./tease.ts"
import { UnsavedReports } from "./unsaved-reports.ts"

/** Deletes all that is kept of a user beside their session, as WeChat asks of an account that a user unfollows. */
export const makeForget = Effect.gen(function* () {
  const stores = [
    yield* Blocks,
    yield* Campus,
    yield* LastPartners,
    yield* Ledger,
    yield* Mailbox,
    yield* Tease
  ]
  const unsaved = yield* UnsavedReports
  return (openid: Openid) =>
    Effect.andThen(
      unsaved.forget(openid),
      Effect.forEach(stores, (store) => store.forget(openid), { concurrency: "unbounded", discard: true })
    )
})
