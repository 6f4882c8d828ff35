// The example of node-webot's `wechat`, as its documentation has it: words are answered by what they are. PORT and TOKEN come as arguments.
const { createServer } = require("node:http")
const wechat = require("wechat")

const [port, token] = process.argv.slice(2)

const answer = wechat({ token, appid: "wx0123456789abcdef", encodingAESKey: "" }, (request, response) => {
  const message = request.weixin
  if (message.MsgType === "event") return response.reply("")
  if (message.Content === "diaosi") return response.reply("hehe")
  if (message.Content === "text") return response.reply({ content: "text object", type: "text" })
  return response.reply([
    {
      title: "你来我家接我吧",
      description: "这是女神与高富帅之间的对话",
      picurl: "http://nodeapi.cloudfoundry.com/qrcode.jpg",
      url: "http://nodeapi.cloudfoundry.com/"
    }
  ])
})

// What connect does for the middleware.
createServer((request, response) => {
  request.query = Object.fromEntries(new URL(request.url, "http://localhost").searchParams)
  answer(request, response, () => response.writeHead(404).end())
}).listen(Number(port), "127.0.0.1")
