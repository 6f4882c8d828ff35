/** Which student a page is for: the person of its link, with their binding. */
import { Effect, Option, Schema } from "effect"
import type { HttpServerRequest } from "effect/http"
import { Bindings } from "../campus/bindings.ts"
import type { GatewayError } from "../campus/gateway-exchange.ts"
import { type LinkedPage, linkParameter, Links } from "../campus/links.ts"
import type { Student } from "../campus/school-data.ts"
import { type StudentPageProblem, studentPageProblems } from "../core/student-page-wording.ts"
import { html } from "./html.ts"
import { pageResponse } from "./page.ts"
import { queryOf } from "./request-query.ts"

/** A page that cannot be shown, and why. */
export class PageRefused extends Schema.TaggedError<PageRefused>()("PageRefused", {
  problem: Schema.Literals(Object.keys(studentPageProblems) as ReadonlyArray<StudentPageProblem>)
}) {
  override get message() {
    return `a page cannot be shown: ${this.problem}`
  }
}

const refuse = (problem: StudentPageProblem) => new PageRefused({ problem })

/** The bound student for whom a link to `page` was made. */
export const studentOf = Effect.gen(function* () {
  const bindings = yield* Bindings
  const links = yield* Links
  return Effect.fnUntraced(function* (page: LinkedPage, sealed: string) {
    const { openid } = yield* links.open(page, sealed).pipe(
      Effect.catchTags({
        LinkSpoiled: () => refuse("linkSpoiled"),
        LinkExpired: () => refuse("linkExpired")
      })
    )
    const uuid = yield* Effect.catch(bindings.of(openid), (error) =>
      Effect.andThen(
        Effect.logWarning("a binding could not be read", { problem: error.message }),
        refuse("notReadable")
      )
    )
    if (Option.isNone(uuid)) return yield* refuse("notBound")
    return { openid, uuid: uuid.value } satisfies Student
  })
})

export const withoutAnswer = (error: GatewayError): PageRefused => {
  switch (error._tag) {
    case "GatewayUnauthorised":
      return refuse("bindAgain")
    case "GatewayRefreshing":
      return refuse("schoolPreparing")
    case "GatewayFailed":
      return refuse("schoolSilent")
  }
}

const statuses: Readonly<Record<StudentPageProblem, number>> = {
  linkSpoiled: 400,
  linkExpired: 410,
  notBound: 410,
  bindAgain: 403,
  schoolPreparing: 503,
  schoolSilent: 503,
  notReadable: 503,
  otherSite: 403
}

export const refusedPage =
  (title: string) =>
  ({ problem }: PageRefused) =>
    Effect.succeed(
      pageResponse({
        title,
        status: statuses[problem],
        body: html`<p class="problem" role="alert">${studentPageProblems[problem]}</p>`
      })
    )

export const sealedIn = (request: HttpServerRequest.HttpServerRequest): string =>
  queryOf(request).get(linkParameter) ?? ""
