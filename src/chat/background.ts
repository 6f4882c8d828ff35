/** Work that goes on after a user was answered. It is finished, within a limit, before the process ends. */
import { Context, Deferred, Effect, FiberSet, Layer } from "effect"

/** How long the end of the process waits for what is under way: SIGTERM has to end everything within 10 s. */
export const finishMillis = 3_500

export class Background extends Context.Service<
  Background,
  {
    /** Starts `work`; a failure is logged, without what users wrote. */
    readonly run: <E, R>(work: Effect.Effect<unknown, E, R>) => Effect.Effect<void, never, R>
    /** Waits until nothing is under way. */
    readonly settled: Effect.Effect<void>
    /** Completes when the process is about to end: nothing should wait for what may come later any more. */
    readonly ending: Effect.Effect<void>
    readonly end: Effect.Effect<void>
  }
>()("xiaohou/chat/Background") {
  static readonly layer = Layer.effect(
    Background,
    Effect.gen(function* () {
      const fibers = yield* FiberSet.make<void>()
      const settled = FiberSet.awaitEmpty(fibers)
      yield* Effect.addFinalizer(() => Effect.ignore(Effect.timeout(settled, finishMillis)))
      const ending = yield* Deferred.make<void>()
      return Background.of({
        ending: Deferred.await(ending),
        end: Effect.asVoid(Deferred.succeed(ending, undefined)),
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

  /** Says that the process ends as soon as it is told to, beside the server that finishes its requests. */
  static readonly layerEnding: Layer.Layer<never, never, Background> = Layer.effectDiscard(
    Effect.flatMap(Background, ({ end }) => Effect.addFinalizer(() => end))
  )
}
