import type { HttpServerRequest } from "effect/http"

export const queryOf = (request: HttpServerRequest.HttpServerRequest): URLSearchParams =>
  new URLSearchParams(queryTextOf(request.url))

/** What stands behind the first `?` of a request's target. */
export const queryTextOf = (target: string): string => {
  const start = target.indexOf("?")
  return start < 0 ? "" : target.slice(start + 1)
}
