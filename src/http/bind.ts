/** `/bind`: the page that binds a student card to the user who got its link in the chat (contract, "Addresses"). */
import { Effect, Metric, Redacted } from "effect"
import { HttpRouter, type HttpServerRequest, HttpServerResponse } from "effect/http"
import { CardBinding } from "../campus/card-binding.ts"
import { linkedPages, linkParameter } from "../campus/links.ts"
import type { BindingProblem } from "../core/binding-wording.ts"
import {
  bindingFields,
  doneView,
  fieldMostCharacters,
  formView,
  problemView,
  undoneView
} from "./bind-views.ts"
import { pageResponse } from "./page.ts"
import { readBody } from "./request-body.ts"
import { queryOf } from "./request-query.ts"
import { isFromOtherSite } from "./same-site.ts"

/** Bindings by what became of them: `bound`, `unbound`, or the problem that the page told. */
const bindingsTotal = Metric.counter("bindings_total", {
  description: "Submissions of the binding page, by outcome",
  incremental: true
})

export interface BindOptions {
  readonly publicUrl: string
  /** A line on the page for those who try it out; the demo tells its cards and passwords there. */
  readonly note?: string | undefined
}

export const bindRoutes = (options: BindOptions) =>
  HttpRouter.use(
    Effect.fnUntraced(function* (router) {
      const binding = yield* CardBinding
      yield* router.add("*", linkedPages.bind.path, (request) => {
        switch (request.method) {
          case "GET":
            return show(binding, options, request)
          case "POST":
            return submit(binding, options, request)
          default:
            return Effect.succeed(HttpServerResponse.empty({ status: 405, headers: { allow: "GET, POST" } }))
        }
      })
    })
  )

/** HTTP status of each problem. `again`: the link can still be used, so the page shows its form once more. */
const problems: Readonly<Record<BindingProblem, { readonly status: number; readonly again: boolean }>> = {
  linkSpoiled: { status: 400, again: false },
  linkExpired: { status: 410, again: false },
  linkUsed: { status: 410, again: false },
  notFilledIn: { status: 422, again: true },
  wrongCard: { status: 422, again: true },
  tooManyTries: { status: 429, again: false },
  schoolPreparing: { status: 503, again: true },
  schoolSilent: { status: 503, again: true },
  notKept: { status: 503, again: true },
  otherSite: { status: 403, again: false },
  notUnderstood: { status: 400, again: false }
}

type Binding = CardBinding["Service"]

const show = (binding: Binding, { note }: BindOptions, request: HttpServerRequest.HttpServerRequest) => {
  const link = queryOf(request).get(linkParameter) ?? ""
  return binding.look(link).pipe(
    Effect.map(({ isBound }) => pageResponse(formView({ link, isBound, note }))),
    Effect.catch((error) => Effect.map(named(error), (problem) => told(problem, { link, note })))
  )
}

const submit = Effect.fnUntraced(function* (
  binding: Binding,
  { publicUrl, note }: BindOptions,
  request: HttpServerRequest.HttpServerRequest
) {
  if (isFromOtherSite(request, publicUrl)) return yield* refuse("otherSite")
  if (!(request.headers["content-type"] ?? "").startsWith("application/x-www-form-urlencoded")) {
    return yield* refuse("notUnderstood")
  }
  const body = yield* Effect.option(readBody(request))
  if (body._tag === "None") return yield* refuse("notUnderstood")
  const form = new URLSearchParams(body.value)
  const link = form.get(linkParameter) ?? ""
  const cardNumber = (form.get(bindingFields.cardNumber) ?? "").trim()
  const password = form.get(bindingFields.password) ?? ""
  const again = { link, note, cardNumber }

  if (form.get(bindingFields.action) === bindingFields.unbind) {
    return yield* binding.unbind(link).pipe(
      Effect.andThen(counted("unbound")),
      Effect.as(pageResponse(undoneView)),
      Effect.catch((error) => Effect.flatMap(named(error), (problem) => refuse(problem, again)))
    )
  }
  if (!isFilledIn(cardNumber) || !isFilledIn(password)) return yield* refuse("notFilledIn", again)
  return yield* binding.bind(link, { number: cardNumber, password: Redacted.make(password) }).pipe(
    Effect.andThen(counted("bound")),
    Effect.as(pageResponse(doneView)),
    Effect.catch((error) => Effect.flatMap(named(error), (problem) => refuse(problem, again)))
  )
})

const isFilledIn = (field: string): boolean => field !== "" && field.length <= fieldMostCharacters

type BindingError = Effect.Error<ReturnType<Binding["bind"]>>

/** What the page tells of an error; what an operator has to know goes to the log, without the person. */
const named = (error: BindingError): Effect.Effect<BindingProblem> => {
  switch (error._tag) {
    case "LinkSpoiled":
      return Effect.succeed("linkSpoiled")
    case "LinkExpired":
      return Effect.succeed("linkExpired")
    case "LinkUsed":
      return Effect.succeed("linkUsed")
    case "TooManyTries":
      return Effect.succeed("tooManyTries")
    case "GatewayUnauthorised":
      return Effect.succeed("wrongCard")
    case "GatewayRefreshing":
      return Effect.succeed("schoolPreparing")
    case "GatewayFailed":
      return logged(error, "schoolSilent")
    default:
      return logged(error, "notKept")
  }
}

const logged = (error: BindingError, problem: BindingProblem) =>
  Effect.as(Effect.logWarning("a card could not be bound", { problem: error.message }), problem)

const refuse = (problem: BindingProblem, again: { readonly link: string } = { link: "" }) =>
  Effect.as(counted(problem), told(problem, again))

const told = (
  problem: BindingProblem,
  form: { readonly link: string; readonly note?: string | undefined; readonly cardNumber?: string }
) => {
  const { status, again } = problems[problem]
  return pageResponse({ ...(again ? formView({ ...form, problem }) : problemView(problem)), status })
}

const counted = (outcome: BindingProblem | "bound" | "unbound") =>
  Metric.update(Metric.withAttributes(bindingsTotal, { outcome }), 1)
