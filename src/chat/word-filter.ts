/** The word filter: lines that hold a word of the operator's list are not passed on. Off unless a list is given. */
import { readFileSync } from "node:fs"
import { Context, Effect, Layer, Result, Schema } from "effect"
import { makeWordList } from "../core/word-list.ts"

/** Whether a line holds a word of the list. */
export const WordFilter = Context.Reference<(text: string) => boolean>("xiaohou/chat/WordFilter", {
  defaultValue: () => () => false
})

/** The file of WORD_FILTER_FILE cannot be read, or is too large. */
export class WordFilterUnusable extends Schema.TaggedError<WordFilterUnusable>()("WordFilterUnusable", {
  file: Schema.String,
  problem: Schema.String
}) {
  override get message() {
    return `WORD_FILTER_FILE ${this.file} cannot be used: ${this.problem}`
  }
}

/** The longest lists that are passed around have some 20,000 words. */
const mostWords = 50_000

/** The list of a file, read once: UTF-8, a word a line; empty lines and lines that begin with `#` do not count. */
export const wordFilterLayer = (file: string | undefined): Layer.Layer<never, WordFilterUnusable> =>
  file === undefined
    ? Layer.empty
    : Layer.effect(
        WordFilter,
        Effect.suspend(() => Effect.map(Effect.fromResult(readWords(file)), makeWordList))
      )

/** The words of a file, or why it cannot be used. */
export const readWords = (file: string): Result.Result<ReadonlyArray<string>, WordFilterUnusable> =>
  Result.flatMap(
    Result.try({
      try: () => readFileSync(file, "utf8"),
      catch: () => new WordFilterUnusable({ file, problem: "it cannot be read" })
    }),
    (text) => {
      const words = text.split(/\r?\n/u).filter((line) => line.trim() !== "" && !line.startsWith("#"))
      return words.length > mostWords
        ? Result.fail(new WordFilterUnusable({ file, problem: `it has more than ${mostWords} words` }))
        : Result.succeed(words)
    }
  )
