/** What keeps people from using a page, as axe finds it in a real browser. */
import axe from "axe-core"
import type { Page } from "playwright-core"

/** Each with the rule and the elements; nothing found is an empty list. Contrast included. */
export const barriersOn = async (page: Page): Promise<ReadonlyArray<string>> => {
  // Not as a script of the page, which its policy forbids.
  await page.evaluate(`${axe.source}; undefined`)
  return (await page.evaluate(
    `axe.run(document).then(({ violations }) =>
      violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html.slice(0, 120)).join(" | ")))`
  )) as ReadonlyArray<string>
}
