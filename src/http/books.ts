/**
 * `/books`: the books that a student has borrowed, each with a button that renews it. Only a form renews: a link may be opened
 * for a preview.
 */
import { Clock, type DateTime, Effect } from "effect"
import { HttpRouter, type HttpServerRequest } from "effect/http"
import { linkedPages, linkParameter } from "../campus/links.ts"
import { SchoolData, type Student } from "../campus/school-data.ts"
import { type Day, schoolTimeAt } from "../core/calendar.ts"
import type { Book } from "../core/campus-data.ts"
import { dueInWords, isLate, soonestFirst } from "../core/campus-lists.ts"
import { wordCampus } from "../core/campus-wording.ts"
import { booksPage } from "../core/student-page-wording.ts"
import { html } from "./html.ts"
import { type Page, pageResponse } from "./page.ts"
import { readBody } from "./request-body.ts"
import { isFromOtherSite } from "./same-site.ts"
import { PageRefused, refusedPage, sealedIn, studentOf, withoutAnswer } from "./student-link.ts"

export const booksRoutes = ({
  publicUrl,
  timeZone
}: {
  readonly publicUrl: string
  readonly timeZone: DateTime.TimeZone
}) =>
  HttpRouter.use(
    Effect.fnUntraced(function* (router) {
      const school = yield* SchoolData
      const open = yield* studentOf

      const show = Effect.fnUntraced(function* (student: Student, link: string, said?: string) {
        const { value, isOld, fetchedAtMillis } = yield* Effect.mapError(school.books(student), withoutAnswer)
        const now = schoolTimeAt(yield* Clock.currentTimeMillis, timeZone)
        const fetched = schoolTimeAt(fetchedAtMillis, timeZone)
        const asOf = isOld ? wordCampus({ _tag: "AsOf", now, fetched }) : undefined
        return pageResponse(booksView({ books: value, today: now.day, link, said, asOf }))
      })

      yield* router.add("GET", linkedPages.books.path, (request) =>
        Effect.gen(function* () {
          const link = sealedIn(request)
          return yield* show(yield* open("books", link), link)
        }).pipe(Effect.catch(refusedPage(booksPage.title)))
      )

      yield* router.add("POST", linkedPages.books.path, (request) =>
        Effect.gen(function* () {
          if (isFromOtherSite(request, publicUrl)) return yield* new PageRefused({ problem: "otherSite" })
          const form = yield* formOf(request)
          const link = form.get(linkParameter) ?? ""
          const student = yield* open("books", link)
          const renewal = school.renew(student, form.get(barcodeField) ?? "")
          return yield* show(student, link, yield* Effect.mapError(renewal, withoutAnswer))
        }).pipe(Effect.catch(refusedPage(booksPage.title)))
      )
    })
  )

const barcodeField = "barcode"

const formOf = (request: HttpServerRequest.HttpServerRequest) =>
  readBody(request).pipe(
    Effect.map((body) => new URLSearchParams(body)),
    Effect.mapError(() => new PageRefused({ problem: "linkSpoiled" }))
  )

interface BooksView {
  readonly books: ReadonlyArray<Book>
  readonly today: Day
  readonly link: string
  readonly said: string | undefined
  readonly asOf: string | undefined
}

const booksView = ({ books, today, link, said, asOf }: BooksView): Page => ({
  title: booksPage.title,
  style: booksStyle,
  body: html`${said === undefined ? undefined : html`<p class="good" role="status">${booksPage.librarySays}${said}</p>`}
  ${books.length === 0 ? html`<p class="lead">${booksPage.empty}</p>` : undefined}
  ${soonestFirst(books).map(
    (book) =>
      html`<section class="card">
        <h2>${book.title}</h2>
        <p class="aside">${[book.author, book.place].filter((part) => part !== "").join(" · ")}</p>
        <p class="${isLate(book, today) ? "late" : "due"}">${dueInWords(book, today)}</p>
        ${
          book.renewable && book.barcode !== ""
            ? html`<form method="post" action="books">
                <input type="hidden" name="${linkParameter}" value="${link}" />
                <button type="submit" name="${barcodeField}" value="${book.barcode}">
                  ${booksPage.renew}《${book.title}》
                </button>
              </form>`
            : html`<p class="aside">${booksPage.notRenewable}</p>`
        }
      </section>`
  )}
  ${asOf === undefined ? undefined : html`<p class="lead">${asOf}</p>`}`
})

const booksStyle = `
.card { margin: 0 0 1rem; }
.card h2 { margin: 0; font-size: 1.125rem; }
.card p { margin: 0.25rem 0 0; }
.card .aside { color: var(--muted); font-size: 0.9375rem; }
.card .late { color: var(--bad); font-weight: 600; }
.card form { margin: 0.875rem 0 0; }
`
