/** The session on the page as a scenario file: recorded from the start, or from the last restart. */
import { ByteSize, Effect, Ref, Stream } from "effect"
import { HttpIncomingMessage, HttpServerResponse, type HttpRouter, type HttpServerRequest } from "effect/http"
import { Platform } from "./platform.ts"
import { replay } from "./scenario-replay.ts"
import { readScenario } from "./scenario.ts"
import { recordChange, startRecording, toScenario } from "./scenario-recorder.ts"

/** Adds `GET /simulator/scenario`, `POST …/restart` and `POST …/replay`, and records for as long as the scope lives. */
export const addPageRecording = Effect.fnUntraced(function* (
  router: HttpRouter.HttpRouter,
  platform: Platform["Service"]
) {
  const recording = yield* Ref.make(startRecording(yield* platform.snapshot))
  yield* Effect.forkScoped(
    Stream.runForEach(platform.changes, ({ change }) =>
      Ref.update(recording, (sofar) =>
        change.type === "snapshot" ? startRecording(change.snapshot) : recordChange(sofar, change)
      )
    ),
    { startImmediately: true }
  )
  yield* router.add(
    "GET",
    "/simulator/scenario",
    Effect.map(Ref.get(recording), (sofar) =>
      HttpServerResponse.text(`${JSON.stringify(toScenario(sofar), null, 2)}\n`, {
        contentType: "application/json",
        headers: {
          "content-disposition": 'attachment; filename="scenario.json"',
          "cache-control": "no-store"
        }
      })
    )
  )
  yield* router.add("POST", "/simulator/scenario/restart", (request) =>
    isJson(request)
      ? Effect.as(
          Effect.flatMap(platform.snapshot, (snapshot) => Ref.set(recording, startRecording(snapshot))),
          HttpServerResponse.empty({ status: 204 })
        )
      : Effect.succeed(HttpServerResponse.empty({ status: 400 }))
  )
  yield* router.add("POST", "/simulator/scenario/replay", (request) => replayed(platform, request))
})

/** 10,000 steps of the usual length. */
const maxScenarioSize = ByteSize.mebibytes(4)

/**
 * Plays what was sent and says whether it holds; afterwards the conditions are as before. 400: it is no scenario, and what is
 * wrong with it.
 */
const replayed = Effect.fnUntraced(
  function* (platform: Platform["Service"], request: HttpServerRequest.HttpServerRequest) {
    if (!isJson(request)) return HttpServerResponse.empty({ status: 400 })
    const text = yield* Effect.provideService(request.text, HttpIncomingMessage.MaxBodySize, maxScenarioSize)
    const scenario = yield* readScenario(text)
    const before = yield* platform.conditions
    const { holds, results } = yield* replay(scenario, () => Effect.void).pipe(
      Effect.provideService(Platform, platform),
      Effect.ensuring(platform.change(before))
    )
    const last = results.at(-1)
    return HttpServerResponse.jsonUnsafe({
      holds,
      steps: results.length,
      ...(holds ? {} : { problem: last?.problem, step: last?.step })
    })
  },
  Effect.catchTag("FileProblem", ({ kind, step, field, found, expected }) =>
    Effect.succeed(HttpServerResponse.jsonUnsafe({ kind, step, field, found, expected }, { status: 400 }))
  ),
  Effect.orElseSucceed(() => HttpServerResponse.empty({ status: 400 }))
)

/** A custom type: no form of another site sends it unasked. */
const isJson = (request: HttpServerRequest.HttpServerRequest): boolean =>
  (request.headers["content-type"] ?? "").startsWith("application/json")
