"""What the system goes by, and how it is: active agreements and progress, as JSON too."""

from collections import Counter
from dataclasses import asdict

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from services.console.answers import as_json
from services.console.console import Console
from services.console.matching import needing
from services.console.operations import operations
from services.console.page import page_answer


def routes(console: Console) -> APIRouter:
    router = APIRouter(default_response_class=HTMLResponse)

    @router.get("/agreements")
    async def agreements_page(request: Request) -> Response:
        return page_answer(
            console,
            request,
            "agreements.html",
            current="agreements",
            active=await console.ledger.agreements(),
            in_danger=Counter(each.promise.agreement for each in needing(console.feed.latest)),
        )

    @router.get("/agreements.json")
    async def agreements_json() -> Response:
        return JSONResponse(as_json(asdict(await console.ledger.agreements())))

    @router.get("/operations")
    async def operations_page(request: Request) -> Response:
        view = operations(await console.ledger.progress())
        return page_answer(console, request, "operations.html", current="operations", view=view)

    @router.get("/operations.json")
    async def operations_json() -> Response:
        return JSONResponse(as_json(asdict(await console.ledger.progress())))

    return router
