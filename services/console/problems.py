"""Errors as a reader meets them: a page with a sentence, the same as JSON, or htmx's notice."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.exceptions import HTTPException

from services.console.console import Console
from services.console.desk import Refusal, Unreachable
from services.console.filters import BadFilter

HEADINGS = {
    400: "That cannot be asked",
    403: "Not from this page",
    404: "Nothing there",
    405: "Not like that",
    409: "Too late for that",
    413: "Too long",
    415: "Not a form",
    429: "Too much at once",
    500: "The console failed",
    502: "It was refused",
    503: "No answer",
}
Handler = Callable[[Request, Exception], Awaitable[Response]]


def install(app: FastAPI, console: Console) -> None:
    """Each error that the routes raise has its status; anything else is logged and is a 500."""

    def answering(status_of: Callable[[Exception], tuple[int, str]]) -> Handler:
        async def handle(request: Request, error: Exception) -> Response:
            return _problem(console, request, *status_of(error))

        return handle

    def unexpected(error: Exception) -> tuple[int, str]:
        console.telemetry.log.error("request failed", exc_info=error)
        return 500, "Something is wrong in the console itself; its log has the details."

    app.add_exception_handler(Refusal, answering(_refused))
    app.add_exception_handler(Unreachable, answering(lambda error: (503, str(error))))
    app.add_exception_handler(BadFilter, answering(lambda error: (400, str(error))))
    app.add_exception_handler(HTTPException, answering(_routing))
    app.add_exception_handler(Exception, answering(unexpected))


def _refused(error: Exception) -> tuple[int, str]:
    assert isinstance(error, Refusal)
    return error.status, str(error)


def _routing(error: Exception) -> tuple[int, str]:
    assert isinstance(error, HTTPException)
    if error.status_code == HTTPStatus.NOT_FOUND:
        return 404, "There is no such page; the list is at / and a subject at /subjects/order/4711."
    return error.status_code, f"{error.detail}."


def _problem(console: Console, request: Request, status: int, words: str) -> Response:
    if "hx-request" in request.headers:
        return HTMLResponse(console.renderer.answer(words, bad=True), status)
    if request.url.path.endswith(".json"):
        return JSONResponse({"error": words}, status)
    heading = HEADINGS.get(status, "That did not work")
    page = console.renderer.page("problem.html", heading=heading, words=words, back="/")
    return HTMLResponse(page, status)
