"""A template as an answer, with what every page needs: its place, the form's token, a notice."""

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from services.console import csrf
from services.console.acts import VERBS
from services.console.console import Console

NOTICES = {path: verb.notice for path, verb in VERBS.items()} | {
    "release": "Released. The promise ends as soon as the tracker has read it, within seconds.",
    "silenced": "Silenced. Its alerts stay in the list, and nobody hears of them.",
    "redriven": "Sent again. A letter whose cause is not mended comes back as a new one; those that"
    " were sent stay listed as long as Kafka keeps them.",
    "heard": "The silence has ended. What it took and is not over is told of now.",
}


def with_notice(path: str, done: str) -> str:
    """The path and query, which say what was done there."""
    parts = urlsplit(path)
    pairs = [pair for pair in parse_qsl(parts.query) if pair[0] != "did"]
    return urlunsplit(parts._replace(query=urlencode([*pairs, ("did", done)])))


def page_answer(console: Console, request: Request, template: str, **values: Any) -> Response:  # noqa: ANN401
    token = csrf.token_for(request)
    notice = NOTICES.get(request.query_params.get("did", ""))
    html = console.renderer.page(template, csrf=token, notice=notice, **values)
    response = HTMLResponse(html)
    csrf.keep(response, token, request)
    return response
