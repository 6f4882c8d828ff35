import { connect } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect, Schema } from "effect"
import { accountId, exchange, messageXml, nextMsgId, signatureOf, signedQuery } from "./callback.ts"
import { fakeWeChat } from "./fake-wechat.ts"
import { fromSeed } from "./from-seed.ts"
import { assertSays } from "./sentences.ts"
import { personAt, serving, servingVariables, type Server, stage, token } from "./stage.ts"
import { emptyFolder } from "./xiaohou-process.ts"

/** A server that keeps its chats in itself: refusals need no neighbour. */
const alone = Effect.gen(function* () {
  const weChat = yield* fakeWeChat
  const { MEMCACHED_SERVERS: _none, ...variables } = servingVariables(weChat, 1)
  const server = yield* serving(variables, yield* emptyFolder)
  return { server, person: () => personAt(weChat, [server.url], 0) }
})

const ask = (url: string, options: Parameters<typeof exchange>[1] = {}) =>
  Effect.promise(() => exchange(url, options))

const text = (words: string) =>
  messageXml("o0123456789012345678901234567", "text", { Content: words, MsgId: nextMsgId() }, 1_700_000_000)

/** Sends bytes as they are and collects what comes back until the other side closes. */
const raw = (server: Server, pieces: ReadonlyArray<string | Buffer>, pauseMillis = 0) =>
  Effect.promise(
    () =>
      new Promise<{ readonly text: string; readonly tookMillis: number }>((done) => {
        const startedAt = performance.now()
        let answer = ""
        const socket = connect(Number(new URL(server.url).port), "127.0.0.1")
        socket.on("data", (chunk) => void (answer += chunk.toString("utf8")))
        socket.once("error", () => undefined)
        socket.once("close", () => done({ text: answer, tookMillis: performance.now() - startedAt }))
        const next = (index: number) => {
          const piece = pieces[index]
          if (piece === undefined || socket.destroyed) return
          socket.write(piece)
          setTimeout(() => next(index + 1), pauseMillis)
        }
        next(0)
      })
  )

const head = (length: string) =>
  `POST /wechat?${signedQuery(token)} HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\n${length}\r\n\r\n`

describe("the addresses", () => {
  it.live("the check of the address: the echo with its length, or 401", () =>
    Effect.gen(function* () {
      const { server } = yield* alone
      const echoes = ["4375120948345356249", "a+b&c=d<e>", "", "回声", " spaces "]
      for (const echo of echoes) {
        const query = signedQuery(token)
        query.set("echostr", echo)
        const answer = yield* ask(`${server.url}/wechat?${query}`)
        assert.deepStrictEqual([answer.status, answer.body], [200, echo])
        assert.strictEqual(answer.headers["content-length"], String(Buffer.byteLength(echo)))
        assert.match(String(answer.headers["content-type"]), /^text\/plain/)
        query.set("nonce", "1")
        assert.strictEqual((yield* ask(`${server.url}/wechat?${query}`)).status, 401)
      }
      const other = signedQuery("AnotherToken")
      other.set("echostr", "1")
      assert.strictEqual((yield* ask(`${server.url}/wechat?${other}`)).status, 401)
      const incomplete = [
        "",
        `?${signedQuery(token)}`,
        "?echostr=1",
        "?signature=&timestamp=&nonce=&echostr=1",
        "?signature=%00"
      ]
      for (const query of incomplete) {
        const answer = yield* ask(`${server.url}/wechat${query}`)
        assert.deepStrictEqual([answer.status, answer.body], [401, ""], query)
      }
      // A signature over nothing but the token is one that nobody made for this.
      const empty = new URLSearchParams({ signature: signatureOf(token, "", ""), timestamp: "", nonce: "" })
      assert.strictEqual((yield* ask(`${server.url}/wechat?${empty}`, { body: text("x") })).status, 401)
    }).pipe(Effect.scoped)
  )

  it.live(
    "a message: 401 unsigned or off by more than ten minutes, 405 for other methods, 413 over 64 KiB",
    () =>
      Effect.gen(function* () {
        const { server, person } = yield* alone
        const status = (query: URLSearchParams | string, body: string | Buffer) =>
          Effect.map(ask(`${server.url}/wechat?${query}`, { body }), (answer) => answer.status)
        assert.strictEqual(yield* status(signedQuery("AnotherToken"), text("你好")), 401)
        assert.strictEqual(yield* status("", text("你好")), 401)
        for (const seconds of [-660, 660, -1_000_000_000]) {
          assert.strictEqual(yield* status(signedQuery(token, seconds), text("你好")), 401, String(seconds))
        }
        for (const seconds of [-540, 540]) {
          assert.strictEqual(yield* status(signedQuery(token, seconds), text("你好")), 200, String(seconds))
        }
        for (const method of ["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"]) {
          const answer = yield* ask(`${server.url}/wechat?${signedQuery(token)}`, { method })
          assert.strictEqual(answer.status, 405, method)
        }
        const fits = text("好".repeat(20_000))
        assert.isBelow(Buffer.byteLength(fits), 64 * 1024)
        assert.strictEqual(yield* status(signedQuery(token), fits), 200)
        assert.strictEqual(yield* status(signedQuery(token), text("好".repeat(22_000))), 413)
        // Its length is not told beforehand.
        const chunk = `4000\r\n${"x".repeat(0x4000)}\r\n`
        const chunked = yield* raw(server, [
          head("Transfer-Encoding: chunked"),
          ...Array.from({ length: 6 }, () => chunk)
        ])
        assert.match(chunked.text, /^HTTP\/1\.1 413 /)
        assertSays(yield* person().presses("状态"), "未配对")
      }).pipe(Effect.scoped)
  )

  it.live("a body that is not complete within five seconds: 408 or a closed connection", () =>
    Effect.gen(function* () {
      const { server, person } = yield* alone
      const body = text("你好")
      const drops = Array.from({ length: 40 }, (_, index) => body.slice(index, index + 1))
      const [silent, slow, chunked, unfinished] = yield* Effect.all(
        [
          raw(server, [head(`Content-Length: ${Buffer.byteLength(body)}`), body.slice(0, 50)]),
          raw(server, [head(`Content-Length: ${Buffer.byteLength(body)}`), ...drops], 200),
          raw(server, [head("Transfer-Encoding: chunked"), "5\r\n<xml>\r\n"]),
          raw(server, [`POST /wechat?${signedQuery(token)} HTTP/1.1\r\nHost: x\r\n`])
        ],
        { concurrency: "unbounded" }
      ).pipe(Effect.timeout("20 seconds"))
      for (const answer of [silent, slow, chunked, unfinished]) {
        assert.match(answer.text, /^(HTTP\/1\.1 408 |$)/)
        assert.isBelow(answer.tookMillis, 7_000)
      }
      assertSays(yield* person().presses("状态"), "未配对")
    }).pipe(Effect.scoped)
  )

  it.live("hundreds of broken bodies: 400, never a 5xx, and serving after", () =>
    fromSeed(
      "ADDRESSES_SEED",
      Effect.fnUntraced(function* (seed) {
        const { server, person } = yield* alone
        const whole = text("]]></Content><FromUserName><![CDATA[someone]]></FromUserName>")
        const cut = Array.from({ length: 100 }, (_, index) =>
          whole.slice(0, Math.floor((index / 100) * whole.length))
        )
        const swapped = Array.from({ length: 100 }, (_, index) => {
          const at = (index * 37) % whole.length
          return `${whole.slice(0, at)}<${whole.slice(at)}`
        })
        const strange = yield* Arbitrary.sampleEffect(Arbitrary.schema(Schema.String), { count: 100, seed })
        const known = [
          "",
          "{}",
          "null",
          "<xml/>",
          "<xml></xml>",
          "<html><body>no</body></html>",
          `<!DOCTYPE xml [<!ENTITY a SYSTEM "file:///etc/passwd">]>${whole.replace("<xml>", "<xml><A>&a;</A>")}`,
          `${"<a>".repeat(10_000)}`,
          whole
            .replace("<xml>", "<xml><__proto__><constructor>1</constructor></__proto__>")
            .replace("MsgType", "X"),
          whole.replaceAll("FromUserName", "FromUser"),
          whole.replace(accountId, ""),
          whole.replace("1700000000", "tomorrow"),
          "\u0000\u0001"
        ]
        for (const body of [...cut, ...swapped, ...strange, ...known]) {
          const answer = yield* ask(`${server.url}/wechat?${signedQuery(token)}`, { body })
          assert.include([200, 400], answer.status, JSON.stringify(body))
        }
        for (const body of [...cut, ...known]) {
          const answer = yield* ask(`${server.url}/wechat?${signedQuery(token)}`, { body })
          assert.strictEqual(answer.status, 400, JSON.stringify(body))
        }
        const invalidUtf8 = Buffer.from(whole.replace("someone", "~"))
        invalidUtf8[invalidUtf8.indexOf("~")] = 0xff
        const answer = yield* ask(`${server.url}/wechat?${signedQuery(token)}`, { body: invalidUtf8 })
        assert.include([200, 400], answer.status)
        assertSays(yield* person().presses("状态"), "未配对")
        assert.notInclude(server.process.stderr(), "TypeError")
      }, Effect.scoped)
    )
  )

  it.live("the page, health, readiness and metrics; anything else is not there", () =>
    Effect.gen(function* () {
      const all = yield* stage({ servers: 1 })
      const url = all.servers[0]?.url ?? ""
      const [home, health, ready, metrics, none] = yield* Effect.forEach(
        ["/", "/healthz", "/readyz", "/metrics", "/nothing"],
        (path) => ask(url + path)
      )
      assert.deepStrictEqual(
        [home, health, ready, metrics, none].map((answer) => answer?.status),
        [200, 200, 200, 200, 404]
      )
      assert.match(String(home?.headers["content-type"]), /^text\/html/)
      assert.include(home?.body, "小猴")
      assert.match(String(metrics?.headers["content-type"]), /^text\/plain/)
    }).pipe(Effect.scoped)
  )
})
