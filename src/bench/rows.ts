/** One line of a benchmark: what we measured beside a named peer, or a limit, measured in the same run. */
export interface Row {
  readonly name: string
  readonly ours: number
  readonly unit: string
  readonly peer: number
  readonly peerName: string
  /** `ours / peer`; the unit says whether more or less is better. */
  readonly ratio: number
}

export const row = (
  name: string,
  unit: string,
  ours: number,
  peer: { readonly name: string; readonly value: number }
): Row => ({
  name,
  ours: rounded(ours),
  unit,
  peer: rounded(peer.value),
  peerName: peer.name,
  ratio: rounded(ours / peer.value)
})

/** The rows as lines of text with aligned columns. */
export const table = (rows: ReadonlyArray<Row>): string => {
  const cells = [
    ["", "ours", "peer", "ratio", "unit", "peer is"],
    ...rows.map(({ name, ours, peer, ratio, unit, peerName }) => [
      name,
      grouped(ours),
      grouped(peer),
      `${grouped(ratio)} x`,
      unit,
      peerName
    ])
  ]
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((line) => (line[column] ?? "").length))
  )
  const isNumber = (column: number) => column >= 1 && column <= 3
  return cells
    .map((line) =>
      line
        .map((cell, column) => {
          const width = widths[column] ?? 0
          return isNumber(column) ? cell.padStart(width) : cell.padEnd(width)
        })
        .join("  ")
        .trimEnd()
    )
    .join("\n")
}

/** The middle of an odd number of values, the mean of the two in the middle of an even one; NaN of none. */
export const median = (values: ReadonlyArray<number>): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN
  return (lower + upper) / 2
}

/** The smallest value that at least `share` (0 to 1) of the values do not exceed; NaN of none. */
export const percentile = (values: ReadonlyArray<number>, share: number): number => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

/** More digits of a measured number mean nothing. */
const significantDigits = 3

const rounded = (value: number): number =>
  Math.abs(value) >= 10 ** significantDigits
    ? Math.round(value)
    : Number(value.toPrecision(significantDigits))

const grouped = (value: number): string => value.toLocaleString("en-US")
