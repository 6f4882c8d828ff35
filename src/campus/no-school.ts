import { Effect, Layer } from "effect"
import { Campus } from "../chat/campus.ts"
import type { Sentence } from "../core/sentence.ts"
import type { Bindings } from "./bindings.ts"
import { bindingsBusy, makeForgetForGood, makeForgetStudent } from "./forget-student.ts"
import type { SchoolData } from "./school-data.ts"

/** No school is connected (any more): nothing is answered, but what was kept of students can be deleted. */
export const noSchoolLayer: Layer.Layer<Campus, never, Bindings | SchoolData> = Layer.effect(
  Campus,
  Effect.gen(function* () {
    const none = yield* Effect.provide(Campus, Campus.layerNone)
    const forget = yield* makeForgetStudent
    const forgetForGood = yield* makeForgetForGood
    return Campus.of({
      answer: none.answer,
      unbind: (openid) =>
        forget(openid).pipe(
          Effect.flatMap((wasBound): Effect.Effect<ReadonlyArray<Sentence>> =>
            wasBound ? Effect.succeed([{ _tag: "Unbound" }]) : none.unbind(openid)
          ),
          Effect.catch(bindingsBusy)
        ),
      forget: forgetForGood
    })
  })
)
