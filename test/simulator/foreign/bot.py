"""A WeChat bot of somebody else: Python's standard library and nothing of this project. PORT and TOKEN come as arguments."""

import hashlib
import re
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

PORT, TOKEN = int(sys.argv[1]), sys.argv[2]


def field(xml, name):
    found = re.search(rf"<{name}>(?:<!\[CDATA\[(.*?)\]\]>|([^<]*))</{name}>", xml, re.S)
    return "" if found is None else found.group(1) or found.group(2) or ""


class Bot(BaseHTTPRequestHandler):
    def query(self):
        return {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}

    def signed(self):
        query = self.query()
        parts = sorted([TOKEN, query.get("timestamp", ""), query.get("nonce", "")])
        return hashlib.sha1("".join(parts).encode()).hexdigest() == query.get("signature")

    def answer(self, body):
        data = body.encode()
        self.send_response(200 if self.signed() else 401)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        self.answer(self.query().get("echostr", ""))

    def do_POST(self):
        xml = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if field(xml, "MsgType") != "text":
            return self.answer("success")
        words = field(xml, "Content")[::-1]
        return self.answer(
            f"<xml><ToUserName><![CDATA[{field(xml, 'FromUserName')}]]></ToUserName>"
            f"<FromUserName><![CDATA[{field(xml, 'ToUserName')}]]></FromUserName>"
            f"<CreateTime>{int(time.time())}</CreateTime>"
            f"<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{words}]]></Content></xml>"
        )

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", PORT), Bot).serve_forever()
