import { Effect, Schedule } from "effect"
import type { Openid } from "../core/openid.ts"
import type { DatabaseFailed } from "../database/database.ts"
import { Bindings } from "./bindings.ts"
import { SchoolData } from "./school-data.ts"

/** Deletes what is kept of a student: the binding and the links that would bind, then what the school said. True: there was a binding. */
export const makeForgetStudent = Effect.gen(function* () {
  const bindings = yield* Bindings
  const school = yield* SchoolData
  return (openid: Openid) => Effect.ensuring(bindings.forget(openid), school.forget(openid))
})

/** How soon it is tried again to forget somebody, while the database is away. */
const againMillis = 5_000

/** The same for who unfollows, and cannot ask for it again: what fails is tried until it is done, as long as this process lives. */
export const makeForgetForGood = Effect.gen(function* () {
  const forget = yield* makeForgetStudent
  const scope = yield* Effect.scope
  return (openid: Openid) =>
    Effect.asVoid(forget(openid)).pipe(
      Effect.catch((error) =>
        forget(openid).pipe(
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
