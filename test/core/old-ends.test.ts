import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { text } from "../../src/core/content.ts"
import { isOurs, type Kept } from "../../src/core/folding.ts"
import { tellsOfAnEnd, withoutOldEnds } from "../../src/core/old-ends.ts"
import { Openid } from "../../src/core/openid.ts"
import { RoomId } from "../../src/core/room.ts"
import { isPairMade } from "../../src/core/unaware.ts"
import { word } from "../../src/core/wording.ts"

const [old, older, room] = ["roomold1", "roomold2", "roomnow1"].map((name) => RoomId.make(name)) as [
  RoomId,
  RoomId,
  RoomId
]
const notices = {
  left: word({ _tag: "PartnerLeft" }),
  idle: word({ _tag: "IdleEnded" }),
  made: word({ _tag: "PairMade" }),
  unsure: word({ _tag: "Unsure", later: true })
}

const Thing = Schema.Struct({
  group: Schema.Literals([old, older, room]),
  what: Schema.Literals(["left", "idle", "made", "unsure", "line"])
})

const keptOf = ({ group, what }: typeof Thing.Type): Kept =>
  what === "line"
    ? { content: text("你好"), group, from: Openid.make("oPartner") }
    : { content: text(notices[what]), group }

describe("what waits for somebody who knows of their pair", () => {
  it.prop(
    "loses word of earlier ends, where no line of that chat waits and no word of the pair comes behind, and nothing else",
    [Schema.Array(Thing)],
    ([things]) => {
      const waiting = things.map(keptOf)
      const left = withoutOldEnds(waiting, room)
      for (const [place, thing] of waiting.entries()) {
        const isBefore = waiting.slice(place).some((later) => later.group === room && isPairMade(later))
        const isOfLines = waiting.some((other) => other.group === thing.group && !isOurs(other))
        const isWrong = tellsOfAnEnd(thing) && thing.group !== room && !isBefore && !isOfLines
        assert.strictEqual(left.includes(thing), !isWrong)
      }
      assert.deepStrictEqual(
        left,
        waiting.filter((thing) => left.includes(thing))
      )
    }
  )
})
