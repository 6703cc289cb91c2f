"""Pages that the program wrote into files or to stdout, as somebody who opens them sees them."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@contextmanager
def served(pages: dict[str, str]) -> Iterator[str]:
    """Pages as they came from the program; gives the address below which they lie."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # noqa: N802, the name is the library's
            page = pages.get(self.path.removeprefix("/"))
            body = (page or "").encode()
            self.send_response(200 if page else 404)
            # Only the page itself says what is in it, as in a file that somebody opens.
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
