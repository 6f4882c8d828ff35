import { Effect, Layer, Redacted } from "effect"
import { FetchHttpClient } from "effect/http"
import { CampusGateway } from "../campus/gateway.ts"
import type { GatewayError, GatewayFailed } from "../campus/gateway-exchange.ts"
import type { Settings } from "../settings.ts"
import { type Check, fine, type Finding, problem, skipped } from "./check.ts"

type Campus = Pick<Settings, "campusUrl" | "campusAppId">

/** Whether the campus gateway answers as one. It is asked for a student whom no school has, and so about nobody. */
export const campusCheck = ({ campusUrl, campusAppId }: Campus): Check => ({
  name: "campus",
  run:
    campusUrl === undefined
      ? Effect.succeed([skipped("CAMPUS_URL is not set: campus buttons say that no school is connected")])
      : CampusGateway.use((gateway) => gateway.timetable(nobody)).pipe(
          Effect.match({
            // It may answer for an unknown student, too.
            onSuccess: () => [answers],
            onFailure: (error) => [findingOf(error)]
          }),
          Effect.provide(
            CampusGateway.layer({ gatewayUrl: campusUrl, appId: campusAppId }).pipe(
              Layer.provide(FetchHttpClient.layer)
            )
          )
        )
})

/** As long as a student's. */
const nobody = Redacted.make("0".repeat(40))

const answers = fine("the gateway answers")

const findingOf = (error: GatewayError): Finding =>
  error._tag === "GatewayFailed" ? problem(error.message, advices[error.reason]) : answers

const unreachable = "start it, let this machine reach it, or correct CAMPUS_URL"
const notOne = "correct CAMPUS_URL: below it stands /api/curriculum, which answers JSON with a code"
const unwell = "look at the gateway's own log"

const advices: Readonly<Record<GatewayFailed["reason"], string>> = {
  network: unreachable,
  timeout: unreachable,
  resting: unreachable,
  "request refused": notOne,
  "answer not understood": notOne,
  "server error": unwell
}
