/** `GET /` of a serving process: what this is, for whoever comes by with a browser. */
import { HttpRouter, HttpServerResponse } from "effect/http"

const page = `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>小猴</title>
</head>
<body>
<h1>小猴</h1>
<p>这里是微信公众号「小猴」的服务。在微信里关注它，就能查课表、找空教室，和同校的人匿名聊天。</p>
</body>
</html>
`

export const homeRoute = HttpRouter.add(
  "GET",
  "/",
  HttpServerResponse.text(page, {
    contentType: "text/html; charset=utf-8",
    headers: { "content-security-policy": "default-src 'none'", "x-content-type-options": "nosniff" }
  })
)
