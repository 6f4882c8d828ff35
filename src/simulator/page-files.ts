/** The files of the page with the phones, read once at the start. */
import { readFileSync } from "node:fs"
import { Effect } from "effect"
import { HttpServerResponse, type HttpRouter } from "effect/http"

/** Adds `GET /` and the files that the page loads. */
export const addPageFiles = Effect.fnUntraced(function* (router: HttpRouter.HttpRouter) {
  for (const { path, file, contentType } of pageFiles) {
    const body = readFileSync(new URL(`./page/${file}`, import.meta.url))
    yield* router.add("GET", path, HttpServerResponse.uint8Array(body, { contentType, headers: pageHeaders }))
  }
})

const pageHeaders = {
  "cache-control": "no-cache",
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff"
}

const script = (file: string) =>
  ({ path: `/simulator/${file}`, file, contentType: "text/javascript; charset=utf-8" }) as const

const stylesheet = (file: string) =>
  ({ path: `/simulator/${file}`, file, contentType: "text/css; charset=utf-8" }) as const

const pageFiles = [
  { path: "/", file: "index.html", contentType: "text/html; charset=utf-8" },
  { path: "/simulator/icon.svg", file: "icon.svg", contentType: "image/svg+xml" },
  stylesheet("page.css"),
  stylesheet("phone.css"),
  stylesheet("conversation.css"),
  stylesheet("desk.css"),
  script("element.js"),
  script("phones.js"),
  script("phone-view.js"),
  script("phone-name.js"),
  script("allowance-view.js"),
  script("bubble-view.js"),
  script("media-view.js"),
  script("menu-view.js"),
  script("button-acts.js"),
  script("thing-chooser.js"),
  script("wire-view.js"),
  script("exchange-details.js"),
  script("switches-view.js"),
  script("fault-editor.js"),
  script("fault-words.js"),
  script("scenario-view.js"),
  script("state-view.js"),
  script("tabs.js")
] as const
