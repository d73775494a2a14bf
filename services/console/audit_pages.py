"""The audit: who did what, filtered by the query, and the same as JSON."""

from dataclasses import asdict

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from services.console.alerts_client import AUDIT_PAGE_SIZE
from services.console.answers import as_json
from services.console.audit import audit_view, wanted_of
from services.console.console import Console
from services.console.page import page_answer


def routes(console: Console) -> APIRouter:
    router = APIRouter(default_response_class=HTMLResponse)

    @router.get("/audit")
    async def audit_page(request: Request) -> Response:
        query = dict(request.query_params)
        view = audit_view(await console.desk.audit(wanted_of(query)), query, AUDIT_PAGE_SIZE)
        return page_answer(console, request, "audit.html", current="audit", view=view, asked=query)

    @router.get("/audit.json")
    async def audit_json(request: Request) -> Response:
        audit = await console.desk.audit(wanted_of(dict(request.query_params)))
        return JSONResponse(as_json(asdict(audit)))

    return router
