"""A template as an answer, with what every page needs: its place, the form's token, a notice."""

from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from services.console import csrf
from services.console.console import Console

NOTICES = {
    "acknowledged": "Acknowledged. It stays in the list until the promise ends.",
    "snoozed": "Snoozed. The alert comes back by itself.",
    "released": "Released. The promise ends as soon as the tracker has read it, within seconds.",
}


def page_answer(console: Console, request: Request, template: str, **values: Any) -> Response:  # noqa: ANN401
    token = csrf.token_for(request)
    notice = NOTICES.get(request.query_params.get("did", ""))
    html = console.renderer.page(template, csrf=token, notice=notice, **values)
    response = HTMLResponse(html)
    csrf.keep(response, token, request)
    return response
