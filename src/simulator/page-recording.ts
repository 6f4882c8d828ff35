/** The session on the page as a scenario file: recorded from the start, or from when somebody began anew. */
import { Effect, Ref, Stream } from "effect"
import { HttpServerResponse, type HttpRouter } from "effect/http"
import type { Platform } from "./platform.ts"
import { recordChange, startRecording, toScenario } from "./scenario-recorder.ts"

/** Adds `GET /simulator/scenario` and `POST /simulator/scenario/restart`, and records for as long as the scope lives. */
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
    // A custom type: no form of another site sends it unasked.
    (request.headers["content-type"] ?? "").startsWith("application/json")
      ? Effect.as(
          Effect.flatMap(platform.snapshot, (snapshot) => Ref.set(recording, startRecording(snapshot))),
          HttpServerResponse.empty({ status: 204 })
        )
      : Effect.succeed(HttpServerResponse.empty({ status: 400 }))
  )
})
