/** A piece of the production code and what stands there instead while a fault is planted. */
export interface Change {
  readonly file: string
  /** Stands in the file exactly once. */
  readonly text: string
  readonly replacement: string
}

/** A way to break one rule on purpose, and the test that has to notice. */
export interface PlantedFault {
  readonly name: string
  /** What it breaks, by the numbers of docs/design.md, or in words. */
  readonly breaks: string
  readonly changes: ReadonlyArray<Change>
  /** `name`: part of the test's name, as `vitest -t` takes it. */
  readonly test: { readonly file: string; readonly name: string }
}

export const lines = (...each: ReadonlyArray<string>): string => each.join("\n")

/** A test of the explorer: one race, with nothing going wrong but what is planted. */
export const explored = (race: string): PlantedFault["test"] => ({
  file: "test/testing/explorer.test.ts",
  name: `${race}, fault: none`
})

/** A test of the chat's services. */
export const chat = (file: string, name: string): PlantedFault["test"] => ({
  file: `test/chat/${file}.test.ts`,
  name
})

/** A change of the simulated WeChat: file of `src/simulator`, or a path from the root; the text; what stands there instead. */
type SimulatorChange = readonly [file: string, text: string, replacement: string]

/** A fault in one behaviour of the simulated WeChat; `test`: file of `test/simulator` without its end, and the test's name. */
export const simulated = (
  breaks: string,
  name: string,
  [file, text, replacement]: SimulatorChange,
  [testFile, testName]: readonly [file: string, name: string]
): PlantedFault => ({
  name: `WeChat: ${name}`,
  breaks,
  changes: [{ file: file.includes("/") ? file : `src/simulator/${file}`, text, replacement }],
  test: { file: `test/simulator/${testFile}.test.ts`, name: testName }
})
