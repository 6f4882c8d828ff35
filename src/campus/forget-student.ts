import { Effect, Schedule } from "effect"
import type { Openid } from "../core/openid.ts"
import type { DatabaseFailed } from "../database/database.ts"
import { Bindings } from "./bindings.ts"
import { SchoolData } from "./school-data.ts"

/**
 * Deletes what is kept of a student: the binding and the links that would bind, of all time or as far as they were made until then, and what the school
 * said. True: there was a binding.
 */
export const makeForgetStudent = Effect.gen(function* () {
  const bindings = yield* Bindings
  const school = yield* SchoolData
  return (openid: Openid, untilMillis?: number) =>
    Effect.ensuring(bindings.forget(openid, untilMillis), school.forget(openid))
})

/** How soon it is tried again to forget somebody, while the database is away. */
const againMillis = 5_000

/**
 * The same for who unfollows, and cannot ask for it again: what fails is tried until it is done, as long as this process lives. They may follow
 * again meanwhile, and bind a card on any server.
 */
export const makeForgetForGood = Effect.gen(function* () {
  const forget = yield* makeForgetStudent
  const scope = yield* Effect.scope
  return (openid: Openid, untilMillis: number) =>
    Effect.asVoid(forget(openid, untilMillis)).pipe(
      Effect.catch((error) =>
        forget(openid, untilMillis).pipe(
          Effect.retry(Schedule.spaced(againMillis)),
          Effect.forkIn(scope),
          Effect.andThen(bindingsBusy(error)),
          Effect.asVoid
        )
      )
    )
})

/** The answer while the database cannot say; the reason goes to the log. */
export const bindingsBusy = (error: DatabaseFailed) =>
  Effect.as(Effect.logWarning("a binding could not be read or deleted", { problem: error.message }), [
    { _tag: "Busy" } as const
  ])
