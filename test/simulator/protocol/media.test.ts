import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { maxMediaBytes } from "../../../src/simulator/media-store.ts"
import { startSimulator } from "../simulator-rig.ts"
import { tinyBot } from "../tiny-bot.ts"
import { call, credentials, type ApiAnswer } from "./account.ts"

const day = 86_400_000

/** An account that uploads and fetches, each time with a token that is good now. */
const stage = Effect.gen(function* () {
  const bot = yield* tinyBot(() => "success")
  const { platform, url } = yield* startSimulator(bot.url)
  const token = Effect.map(
    call(`${url}/cgi-bin/stable_token`, credentials),
    (said) => said.access_token ?? ""
  )
  const openid = yield* platform.follow
  return {
    platform,
    openid,
    upload: Effect.fnUntraced(function* (type: string, file: Blob | undefined, field = "media") {
      const form = new FormData()
      if (file !== undefined) form.append(field, file, "a.png")
      else form.append("words", "no file")
      const address = `${url}/cgi-bin/media/upload?access_token=${yield* token}&type=${type}`
      return yield* Effect.promise(
        async () => (await (await fetch(address, { method: "POST", body: form })).json()) as ApiAnswer
      )
    }),
    get: Effect.fnUntraced(function* (id: string) {
      const address = `${url}/cgi-bin/media/get?access_token=${yield* token}&media_id=${id}`
      return yield* Effect.promise(() => fetch(address))
    })
  }
})

const picture = (bytes = 5) => new Blob([new Uint8Array(bytes).fill(7)], { type: "image/png" })

describe("protocol notes 3.2 and 6.2, media and their ids", () => {
  it.effect(
    "media/upload and media/get: a form gives type, media_id, created_at; the bytes come back for three days, then 40007",
    () =>
      Effect.gen(function* () {
        const { platform, openid, upload, get } = yield* stage
        const kept = yield* upload("image", picture())
        assert.deepStrictEqual([kept["type"], kept["created_at"]], ["image", 0])
        const id = String(kept["media_id"])
        assert.match(id, /^[\w-]{64}$/)
        yield* TestClock.adjust(3 * day - 1)
        const found = yield* get(id)
        assert.strictEqual(found.headers.get("content-type"), "image/png")
        const bytes = yield* Effect.promise(() => found.arrayBuffer())
        assert.deepStrictEqual([...new Uint8Array(bytes)], [7, 7, 7, 7, 7])
        yield* platform.say(openid, "给我看")
        yield* platform.account.push(openid, { kind: "image", mediaId: id }, false)
        assert.strictEqual((yield* platform.phone(openid)).bubbles.at(-1)?.mediaId, id)
        yield* TestClock.adjust(1)
        const gone = yield* get(id)
        assert.match(gone.headers.get("content-type") ?? "", /json/)
        const answer = (yield* Effect.promise(() => gone.json())) as ApiAnswer
        assert.strictEqual(answer.errcode, 40007)
        const refused = yield* Effect.flip(
          platform.account.push(openid, { kind: "image", mediaId: id }, false)
        )
        assert.strictEqual(refused.errcode, 40007)
      }).pipe(Effect.scoped)
  )

  it.effect(
    "media/upload refuses another type (40004), a form without a file (41005), and what is too large (45001)",
    () =>
      Effect.gen(function* () {
        const { upload } = yield* stage
        for (const type of ["image", "voice", "video", "thumb"]) {
          assert.isString((yield* upload(type, picture()))["media_id"], type)
        }
        assert.strictEqual((yield* upload("dance", picture())).errcode, 40004)
        assert.strictEqual((yield* upload("image", undefined)).errcode, 41005)
        assert.isString((yield* upload("image", picture(maxMediaBytes)))["media_id"])
        assert.strictEqual((yield* upload("image", picture(maxMediaBytes + 1))).errcode, 45001)
      }).pipe(Effect.scoped)
  )
})
