/** A stand-in for WeChat's API, as fast as can be: it hands out a token and takes every push. Says how many it took when it is asked. */
import { createServer } from "node:http"

const token = JSON.stringify({ access_token: "tokenOfTheStandIn", expires_in: 7_200 })
const taken = JSON.stringify({ errcode: 0, errmsg: "ok" })

let pushes = 0
const server = createServer((request, response) => {
  request.resume()
  request.once("end", () => {
    const isPush = request.url?.startsWith("/cgi-bin/message/custom/send") === true
    if (isPush) pushes += 1
    const answer = isPush ? taken : token
    response
      .writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(answer) })
      .end(answer)
  })
})
process.on("message", () => process.send?.(pushes))
process.once("disconnect", () => process.exit(0))
server.listen(0, "127.0.0.1", () => process.send?.(server.address()))
