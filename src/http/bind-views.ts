/** What `/bind` shows. */
import { bindingPage, type BindingProblem, bindingProblems } from "../core/binding-wording.ts"
import { linkParameter } from "../campus/links.ts"
import { type Html, html } from "./html.ts"
import type { Page } from "./page.ts"

/** The names in the form, and the value of the button that deletes. */
export const bindingFields = {
  cardNumber: "cardNumber",
  password: "password",
  action: "action",
  unbind: "unbind"
} as const

/** Longer than any card number or password; what is longer was not typed by a student. */
export const fieldMostCharacters = 256

export interface BindForm {
  readonly link: string
  readonly isBound?: boolean
  readonly problem?: BindingProblem
  /** As it was typed, when the form comes back. */
  readonly cardNumber?: string
  readonly note?: string | undefined
}

export const formView = ({ link, isBound = false, problem, cardNumber = "", note }: BindForm): Page => {
  const invalid = problem === "wrongCard" || problem === "notFilledIn"
  const describedBy = invalid ? html`aria-invalid="true" aria-describedby="problem"` : undefined
  return {
    title: bindingPage.title,
    news: problem === undefined ? undefined : bindingPage.failed,
    body: html`<p class="lead">${bindingPage.lead}</p>
      ${problem === undefined ? undefined : alert(problem)}
      ${isBound ? html`<p class="good">${bindingPage.alreadyBound}</p>` : undefined}
      ${note === undefined ? undefined : html`<p class="good">${note}</p>`}
      <form class="card" method="post" action="bind">
        <input type="hidden" name="${linkParameter}" value="${link}" />
        <label for="cardNumber">${bindingPage.cardNumber}</label>
        <input
          id="cardNumber"
          name="${bindingFields.cardNumber}"
          type="text"
          value="${cardNumber}"
          autocomplete="username"
          autocapitalize="none"
          autocorrect="off"
          spellcheck="false"
          maxlength="${fieldMostCharacters}"
          required
          ${describedBy}
          ${problem === "notFilledIn" ? focused : undefined}
        />
        <label for="password">${bindingPage.password}</label>
        <input
          id="password"
          name="${bindingFields.password}"
          type="password"
          autocomplete="current-password"
          maxlength="${fieldMostCharacters}"
          required
          ${describedBy}
          ${problem === "wrongCard" ? focused : undefined}
        />
        <button type="submit">${bindingPage.submit}</button>
        ${isBound ? unbindButton : undefined}
      </form>
      <ul class="notes">
        ${bindingPage.promises.map((promise) => html`<li>${promise}</li>`)}
      </ul>`
  }
}

/** The field where a user goes on who typed something wrong; a screen reader names the field, and with it the problem. */
const focused = html`autofocus`

/** In the same form, whose fields can stay empty for it. */
const unbindButton = html`<button
  class="second"
  type="submit"
  name="${bindingFields.action}"
  value="${bindingFields.unbind}"
  formnovalidate
>
  ${bindingPage.unbind}
</button>`

export const problemView = (problem: BindingProblem): Page => ({
  title: bindingPage.failed,
  body: alert(problem)
})

export const doneView: Page = {
  title: bindingPage.done,
  body: html`<p class="good" role="status">${bindingPage.doneLead}</p>`
}

export const undoneView: Page = {
  title: bindingPage.undone,
  body: html`<p class="good" role="status">${bindingPage.undoneLead}</p>`
}

const alert = (problem: BindingProblem): Html =>
  html`<p class="problem" id="problem" role="alert">${bindingProblems[problem]}</p>`
