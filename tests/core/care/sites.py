"""A small web site on this machine, which answers as sites do, well and badly."""

import threading
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Site(ThreadingHTTPServer):
    """`pages` are what it answers by path: status, headers and body."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.pages = {}
        self.asked = []  # the method and the path of each request
        self.agents = set()
        self.at_once = self.most_at_once = 0
        self.counting = threading.Lock()
        self.released = threading.Event()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_port}"

    def says(self, path, status=200, headers=None, body=b""):
        self.pages[path] = status, headers or {}, body
        return f"{self.address}{path}"


class Handler(BaseHTTPRequestHandler):
    def do_HEAD(self):
        self.answer()

    def do_GET(self):
        self.answer()

    def answer(self):
        site = self.server
        with site.counting:
            site.asked.append((self.command, self.path))
            site.agents.add(self.headers["User-Agent"])
            site.at_once += 1
            site.most_at_once = max(site.most_at_once, site.at_once)
        site.released.wait(0.01)  # another question would come in now
        with site.counting:
            site.at_once -= 1
        with suppress(BrokenPipeError, ConnectionResetError):
            self.send()

    def send(self):
        page = self.server.pages.get(self.path) or (404, {}, b"")
        status, headers, body = page[self.command] if isinstance(page, dict) else page
        if status == "silence":
            self.server.released.wait(10)
            return
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            for _ in range(body if isinstance(body, int) else 1):
                self.wfile.write(b"x" * 1024 * 1024 if isinstance(body, int) else body)

    def log_message(self, *args):
        pass


@contextmanager
def running():
    site = Site()
    thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield site
    finally:
        site.released.set()
        site.shutdown()
        thread.join()
        site.server_close()
