import { Effect } from "effect"
import type { Openid } from "../core/openid.ts"
import type { DatabaseFailed } from "../database/database.ts"
import { BindingAttempts } from "./binding-attempts.ts"
import { Bindings } from "./bindings.ts"
import { SchoolData } from "./school-data.ts"

/**
 * Deletes what is kept of a student: the binding, and what the school said. Links that they still have bind nothing, as far as
 * memcached takes note. True: there was a binding.
 */
export const makeForgetStudent = Effect.gen(function* () {
  const attempts = yield* BindingAttempts
  const bindings = yield* Bindings
  const school = yield* SchoolData
  return (openid: Openid) =>
    school.forget(openid).pipe(
      Effect.andThen(bindings.forget(openid)),
      Effect.tap(() => Effect.ignore(attempts.void(openid)))
    )
})

/** The answer while the database cannot say; the reason goes to the log. */
export const bindingsBusy = (error: DatabaseFailed) =>
  Effect.as(Effect.logWarning("a binding could not be read or deleted", { problem: error.message }), [
    { _tag: "Busy" } as const
  ])
