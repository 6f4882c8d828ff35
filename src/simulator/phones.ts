/** The page with the phones: its files, what people do on it, and its stream of changes. */
import { Duration, Effect, Layer, Schedule, Stream } from "effect"
import { Sse } from "effect/encoding"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { addPageActs } from "./page-acts.ts"
import { addPageFiles } from "./page-files.ts"
import { addPageRecording } from "./page-recording.ts"
import { addPageState, type Look } from "./page-state.ts"
import { Platform } from "./platform.ts"

/** `GET /`, its files and `/simulator/…`; they need `Platform`. `makeLook`: how the page looks at the chat, in the demo. */
export const simulatorPageRoutes = <R = never>(
  makeLook?: Effect.Effect<Look, never, R>
): Layer.Layer<never, never, HttpRouter.HttpRouter | Platform | R> =>
  HttpRouter.use(
    Effect.fnUntraced(function* (router) {
      const platform = yield* Platform
      yield* addPageFiles(router)
      yield* addPageActs(router, platform)
      yield* addPageRecording(router, platform)
      yield* addPageState(router, platform, makeLook === undefined ? undefined : yield* makeLook)
      yield* router.add("GET", "/simulator/events", eventStream(platform))
    })
  )

/**
 * Ends the streams of open pages when its scope closes. Provide it beside or outside the layer that serves the routes
 * (`Layer.mergeAll(HttpRouter.serve(routes), endPageStreams)`): a server waits for open answers before it closes.
 */
export const endPageStreams: Layer.Layer<never, never, Platform> = Layer.effectDiscard(
  Effect.gen(function* () {
    const platform = yield* Platform
    yield* Effect.addFinalizer(() => platform.endStreams)
  })
)

/** Lets so many phones follow the account as soon as the service passes WeChat's check of its address. */
export const firstPhones = (count: number): Layer.Layer<never, never, Platform> =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const platform = yield* Platform
      const verified = platform.verify.pipe(
        Effect.repeat({ until: (passed) => passed, schedule: Schedule.spaced(verifyEvery) }),
        Effect.timeoutOption(verifyFor)
      )
      const follows = Effect.replicateEffect(platform.follow, count, { concurrency: "unbounded" })
      yield* Effect.forkScoped(Effect.andThen(verified, follows))
    })
  )

/** Often enough that nobody notices a wait; the service starts beside us. */
const verifyEvery = Duration.millis(100)
/** After this long the phones appear anyway and show what is wrong. */
const verifyFor = Duration.seconds(20)

/** Proxies and browsers give up on a stream that is silent for much longer. */
const heartbeatEvery = Duration.seconds(15)

const eventStream = (platform: Platform["Service"]): HttpServerResponse.HttpServerResponse => {
  const heartbeats = Stream.map(Stream.tick(heartbeatEvery), () => ": still here\n\n")
  const events = platform.changes.pipe(
    Stream.map((change) =>
      Sse.encoder.write({ _tag: "Event", event: "message", id: undefined, data: JSON.stringify(change) })
    ),
    Stream.merge(heartbeats, { haltStrategy: "left" }),
    Stream.encodeText
  )
  return HttpServerResponse.stream(events, {
    contentType: "text/event-stream",
    // Without `close` the connection would stay idle after the stream, and the server would wait for it.
    headers: { "cache-control": "no-store", connection: "close", "x-content-type-options": "nosniff" }
  })
}
