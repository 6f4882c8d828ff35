import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { AnswerStream, keyOf, valueOf } from "../../src/memcached/answer-stream.ts"

const answers = Schema.NonEmptyArray(
  Schema.Struct({
    key: Schema.Literals(["", "s:a", "a key"]),
    value: Schema.Literals(["", "x", "小猴🐒", "y".repeat(300)]),
    extras: Schema.Literals([0, 4]),
    status: Schema.Literals([0, 1, 0x82])
  })
)
type Told = (typeof answers.Type)[number]

/** An answer as memcached sends it. */
const bytesOf = ({ key, value, extras, status }: Told, sequence: number): Buffer => {
  const body = Buffer.concat([Buffer.alloc(extras), Buffer.from(key + value)])
  const header = Buffer.alloc(24)
  header.writeUInt8(0x81, 0)
  header.writeUInt8(0x0c, 1)
  header.writeUInt16BE(Buffer.byteLength(key), 2)
  header.writeUInt8(extras, 4)
  header.writeUInt16BE(status, 6)
  header.writeUInt32BE(body.length, 8)
  header.writeUInt32BE(sequence, 12)
  return Buffer.concat([header, body])
}

describe("the stream of answers", () => {
  it.prop(
    "gives every answer once and whole, wherever the connection cuts it",
    { told: answers, cuts: Schema.NonEmptyArray(Schema.Literals([1, 2, 23, 24, 25, 61, 1_000])) },
    ({ told, cuts }) => {
      const taken: Array<Told & { readonly sequence: number }> = []
      const stream = new AnswerStream((answer) =>
        taken.push({
          key: keyOf(answer) as Told["key"],
          value: valueOf(answer) as Told["value"],
          extras: (answer.keyAt - answer.versionAt - 8) as Told["extras"],
          status: answer.status as Told["status"],
          sequence: answer.sequence
        })
      )
      const bytes = Buffer.concat(told.map(bytesOf))
      let start = 0
      for (let cut = 0; start < bytes.length; cut += 1) {
        const length = cuts[cut % cuts.length] ?? 1
        stream.push(Buffer.from(bytes.subarray(start, start + length)))
        start += length
      }
      assert.deepStrictEqual(
        taken,
        told.map((one, sequence) => ({ ...one, sequence }))
      )
    }
  )

  it("gives an answer at once when its last byte is there", () => {
    let count = 0
    const stream = new AnswerStream(() => (count += 1))
    const bytes = bytesOf({ key: "s:a", value: "x", extras: 4, status: 0 }, 7)
    stream.push(bytes.subarray(0, -1))
    assert.strictEqual(count, 0)
    stream.push(bytes.subarray(-1))
    assert.strictEqual(count, 1)
  })
})
