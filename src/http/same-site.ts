import type { HttpServerRequest } from "effect/http"

/**
 * Whether a browser says that another site sent a form. Our own pages carry no referrer, so their forms come from the origin
 * `null`, and a client that is no browser says nothing: both pass. Every form needs its link besides, which another site does
 * not have.
 */
export const isFromOtherSite = (
  { headers }: HttpServerRequest.HttpServerRequest,
  publicUrl: string
): boolean => {
  const site = headers["sec-fetch-site"]
  if (site !== undefined) return site !== "same-origin" && site !== "none"
  const origin = headers["origin"]
  if (origin === undefined || origin === "null") return false
  return origin !== new URL(publicUrl).origin && URL.parse(origin)?.host !== headers["host"]
}
