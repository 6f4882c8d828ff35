/** Thousands of broken bodies against a running server, in every mode: refused or answered, never a 5xx, and nothing grows. */
import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { accountId, type Answer, exchange, messageXml, signedQuery } from "./callback.ts"
import { appId, fakeWeChat } from "./fake-wechat.ts"
import { fromSeed } from "./from-seed.ts"
import { msgSignature, newKey, open, seal } from "./sealing.ts"
import { serving, servingVariables, token } from "./stage.ts"
import { emptyFolder } from "./xiaohou-process.ts"

const bodiesAMode = 1_200
const atOnce = 8

/** Of broken bodies, which are mostly refused, no more may stay behind than some buffers. */
const growthMegabytes = 80

/** A small generator of its own, so that a failure can be replayed by its seed. */
const chanceFrom = (seed: number) => {
  let state = seed >>> 0
  return (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const splices = [
  "",
  "<",
  "]]>",
  "]]></Content><FromUserName><![CDATA[oVictim]]></FromUserName>",
  "<![CDATA[",
  "<Content>",
  "</xml>",
  "<!DOCTYPE xml [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>",
  "&a;&#0;&#xFFFFF;",
  "<__proto__><constructor>1</constructor></__proto__>",
  "\u0000\u0001\uFFFE",
  "<a>".repeat(3_000),
  "字".repeat(3_000),
  "<Encrypt>x</Encrypt>"
]

type Chance = ReturnType<typeof chanceFrom>

const someBytes = (count: number, chance: Chance) =>
  Buffer.from(Array.from({ length: count }, () => chance(256)))

/** A valid text with some bytes taken out, put in, doubled or turned round. */
const damaged = (whole: string, chance: Chance): Buffer => {
  let bytes = Buffer.from(whole)
  for (let wounds = chance(3); wounds >= 0; wounds -= 1) {
    const at = chance(bytes.length + 1)
    const until = at + chance(40)
    const splice = Buffer.from(splices[chance(splices.length)] ?? "")
    const middle = [splice, someBytes(chance(6), chance), bytes.subarray(at, until), Buffer.alloc(0)][
      chance(4)
    ]
    const kept = chance(2) === 0 ? until : at
    bytes = Buffer.concat([bytes.subarray(0, at), middle ?? splice, bytes.subarray(kept)])
  }
  return chance(8) === 0 ? bytes.subarray(0, chance(bytes.length + 1)) : bytes
}

const kinds: ReadonlyArray<readonly [string, Record<string, string>]> = [
  ["text", { Content: "你好" }],
  ["image", { PicUrl: "http://example.org/a", MediaId: "m" }],
  ["location", { Location_X: "23.1", Location_Y: "113.3", Scale: "16", Label: "图书馆" }],
  ["link", { Title: "题", Description: "述", Url: "https://example.org" }],
  ["event", { Event: "CLICK", EventKey: "状态" }],
  ["event", { Event: "subscribe", EventKey: "qrscene_1" }]
]

/** Few people, so that what is understood all the same leaves little behind. */
const message = (chance: Chance): string => {
  const [kind, elements] = kinds[chance(kinds.length)] ?? ["text", { Content: "" }]
  const id = kind === "event" ? {} : { MsgId: `72500214${10_000_000 + chance(10_000_000)}` }
  return messageXml(`oBroken${chance(20)}`, kind, { ...elements, ...id }, Math.floor(Date.now() / 1_000))
}

const memoryMegabytes = (pid: number): number => {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]
  return Number(kilobytes) / 1_024
}

const envelope = (sealed: string) =>
  `<xml><ToUserName><![CDATA[${accountId}]]></ToUserName><Encrypt><![CDATA[${sealed}]]></Encrypt></xml>`

/** Where a body is broken: the message before it is sealed, the ciphertext, the envelope; signed for what is sent, or not. */
const brokenRequest = (url: string, mode: string, key: string, chance: Chance): Promise<Answer> => {
  const query = signedQuery(token)
  const post = (body: string | Buffer) => exchange(`${url}/wechat?${query}`, { body })
  const plain = damaged(message(chance), chance)
  if (mode === "plain") return post(plain)
  const content = chance(2) === 0 ? plain.toString("utf8") : message(chance)
  const inside = seal(key, content, appId, someBytes(16, chance))
  const sealed = chance(2) === 0 ? inside : damaged(inside, chance).toString("utf8")
  const signed = chance(8) === 0 ? inside : sealed
  query.set("encrypt_type", ["aes", "raw", ""][chance(3)] ?? "")
  query.set("msg_signature", msgSignature(query.get("timestamp") ?? "", query.get("nonce") ?? "", signed))
  const whole = envelope(sealed)
  return post(chance(3) === 0 ? damaged(whole, chance) : whole)
}

describe("broken bodies", () => {
  for (const mode of ["plain", "compatible", "safe"]) {
    it.live(`${mode}: no 5xx, no hang, no growth, and people are served afterwards`, () =>
      fromSeed(
        "BROKEN_BODIES_SEED",
        Effect.fnUntraced(function* (seed) {
          const chance = chanceFrom(seed)
          const weChat = yield* fakeWeChat
          const { MEMCACHED_SERVERS: _none, ...variables } = servingVariables(weChat, 1)
          const key = newKey(someBytes(32, chance))
          const encrypted =
            mode === "plain" ? {} : { WECHAT_ENCODING_AES_KEY: key, WECHAT_MESSAGE_MODE: mode }
          const server = yield* serving(
            { ...variables, LOG_LEVEL: "error", ...encrypted },
            yield* emptyFolder
          )
          const send = (count: number) =>
            Effect.forEach(
              Array.from({ length: count }),
              () => Effect.promise(() => brokenRequest(server.url, mode, key, chance)),
              { concurrency: atOnce }
            )
          const first = yield* send(bodiesAMode / 3)
          const before = memoryMegabytes(server.process.pid)
          const answers = [...first, ...(yield* send((bodiesAMode * 2) / 3))]
          const grown = memoryMegabytes(server.process.pid) - before
          const seen = new Set(answers.map(({ status }) => status))
          for (const status of seen) assert.include([200, 400, 401, 413], status)
          assert.isTrue(seen.has(400) && seen.has(200), [...seen].join(" "))
          // One refusal says no more than another.
          const refusals = new Set(answers.filter(({ status }) => status >= 400).map(({ body }) => body))
          assert.deepStrictEqual([...refusals], [""])
          assert.isBelow(grown, growthMegabytes)
          const health = yield* Effect.promise(() => exchange(`${server.url}/readyz`))
          assert.strictEqual(health.status, 200)
          assert.notMatch(server.process.stdout() + server.process.stderr(), /TypeError|defect/)
          // People still pair.
          const press = (who: string) => {
            const xml = messageXml(
              who,
              "event",
              { Event: "CLICK", EventKey: "配对" },
              Math.floor(Date.now() / 1_000)
            )
            const query = signedQuery(token)
            const sealed = seal(key, xml)
            const stamp = [query.get("timestamp") ?? "", query.get("nonce") ?? ""]
            if (mode !== "plain") query.set("msg_signature", msgSignature(...stamp, sealed))
            const body = mode === "plain" ? xml : envelope(sealed)
            return Effect.promise(() => exchange(`${server.url}/wechat?${query}`, { body }))
          }
          const pair = [yield* press("oAfterwards1"), yield* press("oAfterwards2")]
          const told = pair.map(({ body }) =>
            mode === "plain" ? body : open(key, /<Encrypt><!\[CDATA\[(.+?)\]\]>/.exec(body)?.[1] ?? "")
          )
          assert.include(told[0], "正在配对")
          assert.include(told[1], "已配对成功，可以开始聊天")
        }, Effect.scoped)
      )
    )
  }
})
