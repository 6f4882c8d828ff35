import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { account } from "./account.ts"

const click = (name: string, key = name) => ({ type: "click", name, key })
const sub = (...sub_button: ReadonlyArray<object>) => ({ name: "更多", sub_button })
const view = (url: string) => ({ type: "view", name: "网页", url })

const refusals: ReadonlyArray<readonly [string, ReadonlyArray<object>, number]> = [
  ["1 to 3 top buttons: none", [], 40016],
  ["1 to 3 top buttons: four", [click("a"), click("b"), click("c"), click("d")], 40016],
  ["1 to 5 sub-buttons: six", [sub(...Array.from({ length: 6 }, (_, at) => click(String(at))))], 40023],
  ["type and sub_button exclude each other", [{ ...sub(click("b")), type: "click" }], 40017],
  ["name ≤ 16 bytes top", [click("一二三四五六")], 40018],
  ["name ≤ 60 bytes sub", [sub(click(`${"猴".repeat(20)}a`))], 40025],
  ["key ≤ 128 bytes", [click("a", "k".repeat(129))], 40019],
  ["a click needs a key", [{ type: "click", name: "a" }], 40019],
  ["url ≤ 1024 bytes", [view(`https://e.edu/${"u".repeat(1011)}`)], 40020],
  ["a view needs a url", [{ type: "view", name: "a" }], 40020],
  ["url domain, top", [view("weixin://dl")], 40055],
  ["url domain, sub", [sub(view("javascript:alert(1)"))], 40054],
  ["an unknown type", [{ type: "dance", name: "a" }], 40017]
]

describe("protocol notes 7, custom menu", () => {
  it.effect("1–3 top, 1–5 sub, name, key and url sizes: each limit has its errcode", () =>
    Effect.gen(function* () {
      const { errcode } = yield* account()
      for (const [line, button, expected] of refusals) {
        assert.strictEqual(yield* errcode("menu/create", { button }), expected, line)
      }
      const largest = [
        click("一二三四五a", "k".repeat(128)),
        { name: "更多", sub_button: Array.from({ length: 5 }, () => click("猴".repeat(20))) },
        view(`https://e.edu/${"u".repeat(1010)}`)
      ]
      assert.strictEqual(yield* errcode("menu/create", { button: largest }), 0)
    }).pipe(Effect.scoped)
  )

  it.effect(
    "types: click, view, scancode_push, scancode_waitmsg, pic_*, location_select, media_id, view_limited, article_id, article_view_limited, miniprogram",
    () =>
      Effect.gen(function* () {
        const { errcode } = yield* account()
        const keyed = [
          "click",
          "scancode_push",
          "scancode_waitmsg",
          "pic_sysphoto",
          "pic_photo_or_album",
          "pic_weixin",
          "location_select"
        ]
        const buttons = [
          ...keyed.map((type) => ({ type, name: "键", key: "k" })),
          { ...view("https://example.edu/"), type: "view" },
          { ...view("https://example.edu/"), type: "miniprogram", appid: "wx1", pagepath: "pages/a" },
          ...["media_id", "view_limited"].map((type) => ({ type, name: "素材", media_id: "m" })),
          ...["article_id", "article_view_limited"].map((type) => ({ type, name: "文章", article_id: "a" }))
        ]
        for (const button of buttons) {
          assert.strictEqual(yield* errcode("menu/create", { button: [button] }), 0, button.type)
        }
      }).pipe(Effect.scoped)
  )

  it.effect("menu/get, menu/delete, get_current_selfmenu_info; 46003 where there is none", () =>
    Effect.gen(function* () {
      const { api, errcode } = yield* account()
      assert.strictEqual(yield* errcode("menu/get"), 46003)
      assert.deepStrictEqual(yield* api("get_current_selfmenu_info"), { is_menu_open: 0 })
      const button = [sub(click("配对")), click("关于")]
      assert.strictEqual(yield* errcode("menu/create", { button }), 0)
      assert.deepStrictEqual(yield* api("menu/get"), { menu: { button } })
      assert.deepStrictEqual(yield* api("get_current_selfmenu_info"), {
        is_menu_open: 1,
        selfmenu_info: { button: [{ name: "更多", sub_button: { list: [click("配对")] } }, click("关于")] }
      })
      assert.strictEqual(yield* errcode("menu/delete"), 0)
      assert.strictEqual(yield* errcode("menu/get"), 46003)
    }).pipe(Effect.scoped)
  )

  it.effect("quotas/day: 1000 create, 10 000 query, 1000 delete; test: 100, 1000, 100 (45009)", () =>
    Effect.gen(function* () {
      const { api, errcode, platform } = yield* account()
      const limits = Effect.forEach(["create", "get", "delete"], (name) =>
        Effect.map(api("openapi/quota/get", { cgi_path: `/cgi-bin/menu/${name}` }), ({ quota }) =>
          String((quota as { readonly daily_limit: number }).daily_limit)
        )
      )
      assert.deepStrictEqual(yield* limits, ["1000", "10000", "1000"])
      yield* platform.change({ kind: "test" })
      assert.deepStrictEqual(yield* limits, ["100", "1000", "100"])
      yield* Effect.forEach(Array.from({ length: 100 }), () => errcode("menu/delete"), { concurrency: 8 })
      assert.strictEqual(yield* errcode("menu/delete"), 45009)
    }).pipe(Effect.scoped)
  )

  it.effect("right to use: service accounts; a personal one gets 48001", () =>
    Effect.gen(function* () {
      const { errcode, platform } = yield* account()
      const create = errcode("menu/create", { button: [click("一")] })
      const verdicts = Effect.forEach(["verified", "unverified", "test", "personal"] as const, (kind) =>
        Effect.andThen(platform.change({ kind }), create)
      )
      assert.deepStrictEqual(yield* verdicts, [0, 0, 0, 48001])
    }).pipe(Effect.scoped)
  )

  it.effect(String.raw`40033 escapes: a menu with \uXXXX in it fails`, () =>
    Effect.gen(function* () {
      const { errcode } = yield* account()
      const escaped = String.raw`{"button":[{"type":"click","name":"\u4e00","key":"k"}]}`
      assert.strictEqual(yield* errcode("menu/create", escaped), 40033)
    }).pipe(Effect.scoped)
  )
})
