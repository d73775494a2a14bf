"""The pages of one case: why a promise stands where it stands."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from services.console.answers import explanation_answer
from services.console.console import Console
from services.console.why_view import why_view
from services.console.words import promise_path


def routes(console: Console) -> APIRouter:
    """Paths to pages; `.json` behind a page's path is the same as data."""
    router = APIRouter(default_response_class=HTMLResponse)

    @router.get("/promises/{id:path}.json")
    async def promise_json(id: str) -> Response:
        return JSONResponse(explanation_answer(await console.ledger.explanation(id)))

    @router.get("/promises/{id:path}")
    async def promise_page(request: Request, id: str) -> Response:
        view = why_view(await console.ledger.explanation(id))
        return _page(console, "promise.html", view=view, path=promise_path(id))

    return router


def _page(console: Console, template: str, **values: object) -> Response:
    return HTMLResponse(console.renderer.page(template, **values))
