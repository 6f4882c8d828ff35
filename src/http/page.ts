/**
 * The frame of every page that a user opens from the chat: fit for a phone, in light and dark, without a script, seen by nobody else,
 * and kept nowhere.
 */
import { createHash } from "node:crypto"
import { HttpServerResponse } from "effect/http"
import { type Html, html } from "./html.ts"
import { pageStyle } from "./page-style.ts"

export interface Page {
  /** In the browser's bar, and as the heading. */
  readonly title: string
  /** Stands before the title in the bar, so that a screen reader says it first: that something went wrong. */
  readonly news?: string | undefined
  /** What stands below the heading. */
  readonly body: Html
  /** Rules for this page besides the common ones; always the same text, since its hash is computed once. */
  readonly style?: string
  /** 200 unless it says otherwise. */
  readonly status?: number
}

/** The answer with a page; the headers forbid everything that the page does not need. */
export const pageResponse = (page: Page): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.text(documentOf(page).html, {
    status: page.status ?? 200,
    contentType: "text/html; charset=utf-8",
    headers: {
      "content-security-policy": policyOf(page.style),
      "x-frame-options": "DENY",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cache-control": "no-store",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin"
    }
  })

const documentOf = ({ title, news, body, style }: Page): Html =>
  html`<!doctype html>
    <html lang="zh-CN">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>${[news, title, brand].filter((part) => part !== undefined).join(" · ")}</title>
        ${sheetsOf(style).map(styleElement)}
      </head>
      <body>
        <header><p class="brand">${brand}</p></header>
        <main>
          <h1>${title}</h1>
          ${body}
        </main>
      </body>
    </html>`

const brand = "小猴"

const sheetsOf = (style: string | undefined): ReadonlyArray<string> =>
  style === undefined ? [pageStyle] : [pageStyle, style]

/** Exactly this text: escaped or formatted it would have another hash. */
const styleElement = (sheet: string): Html => ({ html: `<style>${sheet}</style>` })

const policyOf = (style: string | undefined): string => {
  const styles = sheetsOf(style).map((sheet) => `'sha256-${hashOf(sheet)}'`)
  return [
    "default-src 'none'",
    `style-src ${styles.join(" ")}`,
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'"
  ].join("; ")
}

const hashes = new Map<string, string>()

const hashOf = (sheet: string): string => {
  const known = hashes.get(sheet)
  if (known !== undefined) return known
  const hash = createHash("sha256").update(sheet).digest("base64")
  hashes.set(sheet, hash)
  return hash
}
