/** `GET /` of a serving process: what this is, for somebody with a browser. */
import { HttpRouter } from "effect/http"
import { homePage } from "../core/student-page-wording.ts"
import { html } from "./html.ts"
import { pageResponse } from "./page.ts"

export const homeRoute = HttpRouter.add(
  "GET",
  "/",
  pageResponse({ title: homePage.title, body: html`<p>${homePage.lead}</p>` })
)
