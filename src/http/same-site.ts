import type { HttpServerRequest } from "effect/http"

/**
 * Whether a browser says that another site sent a form. Our own pages carry no referrer, so that their forms come from the origin
 * `null`; and what is no browser says nothing. Neither has the link that every form needs besides.
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
