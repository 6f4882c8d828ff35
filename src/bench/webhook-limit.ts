/**
 * The limit: what Node's server costs without anything that we do. It reads the body and answers with a text as long as ours; or, as
 * `webhook-limit.ts relay API_PORT`, first pushes a line to WeChat's API and answers when that was taken.
 */
import { Agent, createServer, request } from "node:http"
import { cdata, success, textReply } from "../wechat/reply.ts"
import { account, user } from "./webhook-callback.ts"
import { answerTo } from "./webhook-order.ts"

const [work, apiPort] = process.argv.slice(2)

const answers = [false, true].map((teasing) =>
  textReply({ to: user(0), from: account.id, createTimeSeconds: 1_700_000_000, content: answerTo(teasing) })
)
const teasingMark = cdata("#状态")

const agent = new Agent({ keepAlive: true })
const push = (line: string, taken: () => void) => {
  const body = JSON.stringify({ touser: user(0), msgtype: "text", text: { content: line } })
  request(
    {
      agent,
      host: "127.0.0.1",
      port: Number(apiPort),
      method: "POST",
      path: "/cgi-bin/message/custom/send?access_token=token",
      headers: {
        "content-type": "application/json; charset=utf-8",
        "content-length": Buffer.byteLength(body)
      }
    },
    (response) => response.resume().once("end", taken)
  ).end(body)
}

const server = createServer((incoming, response) => {
  const chunks: Array<Buffer> = []
  const answer = (text: string) =>
    response
      .writeHead(200, {
        "content-type": "text/xml; charset=utf-8",
        "content-length": Buffer.byteLength(text)
      })
      .end(text)
  incoming.on("data", (chunk: Buffer) => chunks.push(chunk))
  incoming.once("end", () => {
    const body = Buffer.concat(chunks).toString("utf8")
    if (work === "relay") push(body.slice(0, lineLength), () => answer(success))
    else answer(answers[body.includes(teasingMark) ? 1 : 0] ?? success)
  })
})
/** As short as the lines that people write each other. */
const lineLength = 12

server.listen(0, "127.0.0.1", () => process.send?.(server.address()))
