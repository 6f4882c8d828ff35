import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { textOf } from "./sentences.ts"
import { pair, stage, token } from "./stage.ts"
import { finished } from "./xiaohou-process.ts"

const wordList = Effect.acquireRelease(
  Effect.sync(() => {
    const folder = mkdtempSync(join(tmpdir(), "xiaohou-words-"))
    const file = join(folder, "words.txt")
    writeFileSync(file, "# 不转发的词\n刷单\r\n\nabc\n")
    return { folder, file }
  }),
  ({ folder }) => Effect.sync(() => rmSync(folder, { recursive: true }))
)

describe("WORD_FILTER_FILE", () => {
  it.live(
    "a line with a listed word does not go on, its writer hears why, and the chat goes on",
    () =>
      Effect.gen(function* () {
        const { file } = yield* wordList
        const all = yield* stage({ servers: 1, variables: { WORD_FILTER_FILE: file } })
        const [a, b] = [all.person(), all.person()]
        yield* pair(a, b)
        assert.include(textOf(yield* a.says("一起 刷-单 吗")), "没有发给对方")
        assert.isUndefined(yield* a.says("开玩笑的"))
        assert.strictEqual(textOf(yield* b.hears()), "开玩笑的")
      }).pipe(Effect.scoped),
    60_000
  )

  it.live(
    "a file that cannot be read stops the start with its name, beside everything else that is wrong",
    () =>
      Effect.gen(function* () {
        const variables = { WECHAT_TOKEN: token, WORD_FILTER_FILE: "/nowhere/words.txt", PORT: "none" }
        const ended = yield* finished(["serve"], variables)
        assert.strictEqual(ended.code, 1)
        assert.include(ended.stderr, "WORD_FILTER_FILE /nowhere/words.txt")
        assert.include(ended.stderr, "PORT must be")
      }),
    60_000
  )
})
