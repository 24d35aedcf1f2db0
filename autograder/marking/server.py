"""The local server of the marking page: for one person, on this machine."""

import hmac
import json
import secrets
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

from autograder.course import Course
from autograder.errors import ProblemError
from autograder.marking import written
from autograder.pages.templating import templates

COOKIE = "byhand-mark"
MOST_BYTES = 100_000  # of a mark with its comment
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; script-src "
)


class Server(HTTPServer):
    """Serves the questions of a course on the loopback address, to who has a token."""

    def __init__(self, course: Course, lesson: str = "", port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.course, self.lesson = course, lesson
        self.token = secrets.token_urlsafe(24)

    @property
    def address(self) -> str:
        """The address to open first, the token in it."""
        return f"http://127.0.0.1:{self.server_port}/?token={self.token}"


class _Handler(BaseHTTPRequestHandler):
    server: Server
    timeout = 10  # seconds that a request may take to arrive

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the addresses hold the token."""

    def do_GET(self) -> None:
        """Answer with a page."""
        asked = urlsplit(self.path)
        token = parse_qs(asked.query).get("token", [""])[0]
        if self._is_local() and self._is_token(token):
            cookie = f"{COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax"
            return self._send(HTTPStatus.SEE_OTHER, Location="/", Set_Cookie=cookie)
        if not self._is_allowed():
            return self._send(HTTPStatus.FORBIDDEN, "Open the address with its token.")
        try:
            self._page(asked.path)
        except ProblemError as error:
            self._send(HTTPStatus.NOT_FOUND, str(error))

    def do_POST(self) -> None:
        """Take a mark."""
        kind = self.headers.get("Content-Type", "")
        length = self.headers.get("Content-Length", "")
        if not self._is_allowed() or kind != "application/json":
            return self._send(HTTPStatus.FORBIDDEN, "Not from this page.")
        if not length.isdecimal() or int(length) > MOST_BYTES:
            return self._send(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Too long.")
        try:
            key, points, comment = _mark(self.rfile.read(int(length)))
            written.save(self.server.course, key, points, comment)
        except ProblemError as error:
            return self._send(HTTPStatus.BAD_REQUEST, str(error))
        self._send(HTTPStatus.OK, "saved")

    def _is_local(self) -> bool:
        """Tell whether the page was asked for by our own name, not by another's."""
        port = self.server.server_port
        return self.headers.get("Host") in (f"127.0.0.1:{port}", f"localhost:{port}")

    def _is_allowed(self) -> bool:
        try:
            cookies = SimpleCookie(self.headers.get("Cookie", ""))
        except CookieError:
            return False
        token = cookies[COOKIE].value if COOKIE in cookies else ""
        return self._is_local() and self._is_token(token)

    def _is_token(self, word: str) -> bool:
        return hmac.compare_digest(word.encode(), self.server.token.encode())

    def _page(self, path: str) -> None:
        course = self.server.course
        if path.startswith("/whole/"):
            return self._html(written.whole_page(course, path.removeprefix("/whole/")))
        asked = {q.path: q for q in written.questions(course, self.server.lesson)}
        if path == "/":
            found = written.counts(course, asked.values())
            return self._html(_filled("questions", found=found))
        if path not in asked:
            raise ProblemError("There is no such question.")
        question, nonce = asked[path], secrets.token_urlsafe(16)
        answers = written.answers(course, question)
        page = _filled("answers", question=question, answers=answers, nonce=nonce)
        self._html(page, f"'nonce-{nonce}'")

    def _html(self, text: str, script: str = "'none'") -> None:
        self._send(
            HTTPStatus.OK,
            text,
            Content_Type="text/html; charset=utf-8",
            Content_Security_Policy=_POLICY + script,
        )

    def _send(self, status: HTTPStatus, text: str = "", **headers: str) -> None:
        body = text.encode()
        self.send_response(status)
        headers = {"Content_Type": "text/plain; charset=utf-8", **headers}
        headers |= {"Content_Length": str(len(body)), "Cache_Control": "no-store"}
        headers |= {
            "X_Content_Type_Options": "nosniff",
            "Referrer_Policy": "no-referrer",
        }
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)


def _mark(body: bytes) -> tuple[str, float | None, str]:
    """Return (key, points, comment) of a request's body."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise ProblemError("not JSON") from None
    match told:
        case {"key": str(key), "points": int() | float() | None as points} if (
            not isinstance(points, bool)
        ):
            return key, points, str(told.get("comment") or "")
    raise ProblemError("a key, points and a comment are wanted")


def _filled(name: str, **told: object) -> str:
    return templates().get_template(f"marking/templates/{name}.html").render(**told)
