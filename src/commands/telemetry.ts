/** Traces and metrics to an OpenTelemetry collector, by OTLP over HTTP with JSON. */
import { Cause, Effect, Exit, Layer, Tracer } from "effect"
import { FetchHttpClient } from "effect/http"
import { OtlpExporter, OtlpMetrics, OtlpSerialization, OtlpTracer } from "effect/observability"
import { problemOf } from "./problem.ts"

/**
 * How long the process waits at its end for what was not exported yet: SIGTERM ends everything within 10 s, and most of that is
 * for requests.
 */
const lastExportMillis = 400

const resource = { serviceName: "xiaohou" }

/** Exports below `endpoint` (`/v1/traces`, `/v1/metrics`) every few seconds; nothing if there is none. */
export const telemetryLayer = (endpoint: string | undefined): Layer.Layer<never> => {
  if (endpoint === undefined) return Layer.empty
  const options = (signal: "traces" | "metrics") => ({
    url: `${endpoint}/v1/${signal}`,
    resource,
    shutdownTimeout: lastExportMillis
  })
  const traces = Layer.effect(Tracer.Tracer, Effect.map(OtlpTracer.make(options("traces")), discreet))
  return Layer.merge(traces, Layer.effectDiscard(OtlpMetrics.make(options("metrics")))).pipe(
    Layer.provide([OtlpExporter.layerFlusher, OtlpSerialization.layerJson, FetchHttpClient.layer])
  )
}

/** The attributes that leave the process: neither queries, which hold openids, nor addresses of people or anything that they wrote. */
const shownAttributes: ReadonlySet<string> = new Set([
  "http.request.method",
  "http.response.status_code",
  "http.route",
  "url.path",
  "outcome"
])

/** A tracer that exports only `shownAttributes`, and of a failure only what a log would say. */
const discreet = (tracer: Tracer.Tracer): Tracer.Tracer => ({
  ...(tracer.context === undefined ? {} : { context: tracer.context }),
  span: (options) => {
    const span = tracer.span({ ...options, links: [] })
    const attribute = span.attribute.bind(span)
    const end = span.end.bind(span)
    return Object.assign(span, {
      attribute: (key: string, value: unknown) => {
        if (shownAttributes.has(key)) attribute(key, value)
      },
      event: () => undefined,
      addLinks: () => undefined,
      end: (endTime: bigint, exit: Exit.Exit<unknown, unknown>) =>
        end(endTime, Exit.isSuccess(exit) ? Exit.void : failed(exit.cause))
    })
  }
})

const failed = (cause: Cause.Cause<unknown>): Exit.Exit<never, string> =>
  Cause.hasInterruptsOnly(cause) ? Exit.interrupt() : Exit.fail(problemOf(cause))
