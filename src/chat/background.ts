/** Work that goes on after a user was answered. It is finished, within a limit, before the process ends. */
import { Context, Effect, FiberSet, Layer } from "effect"

/** How long the end of the process waits for what is under way: SIGTERM has to end everything within 10 s. */
export const finishMillis = 5_000

export class Background extends Context.Service<
  Background,
  {
    /** Starts `work`; a failure is logged, without what users wrote. */
    readonly run: <E, R>(work: Effect.Effect<unknown, E, R>) => Effect.Effect<void, never, R>
    /** Waits until nothing is under way. */
    readonly settled: Effect.Effect<void>
  }
>()("xiaohou/chat/Background") {
  static readonly layer = Layer.effect(
    Background,
    Effect.gen(function* () {
      const fibers = yield* FiberSet.make<void>()
      const settled = FiberSet.awaitEmpty(fibers)
      yield* Effect.addFinalizer(() => Effect.ignore(Effect.timeout(settled, finishMillis)))
      return Background.of({
        run: (work) =>
          Effect.asVoid(
            FiberSet.run(
              fibers,
              work.pipe(
                Effect.catchCause((cause) => Effect.logWarning("work after an answer failed", cause)),
                Effect.asVoid
              )
            )
          ),
        settled
      })
    })
  )
}
