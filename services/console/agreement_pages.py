"""One agreement: its terms, who signed, and what another set says otherwise; as JSON too."""

import asyncio
from dataclasses import asdict

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from services.console.agreement_view import AgreementView, agreement_path, agreement_view
from services.console.answers import as_json
from services.console.console import Console
from services.console.desk import Refusal, Unreachable
from services.console.matching import needing
from services.console.overviews import RatingCount
from services.console.page import page_answer


def routes(console: Console) -> APIRouter:
    router = APIRouter(default_response_class=HTMLResponse)

    @router.get("/agreements/{name}.json")
    async def agreement_json(request: Request, name: str) -> Response:
        return JSONResponse(as_json(asdict(await _view(console, request, name))))

    @router.get("/agreements/{name}")
    async def agreement_page(request: Request, name: str) -> Response:
        view, ratings = await asyncio.gather(_view(console, request, name), ratings_of(console))
        return page_answer(
            console,
            request,
            "agreement.html",
            current="agreements",
            view=view,
            in_danger=sum(each.promise.agreement == name for each in needing(console.feed.latest)),
            rating=next((each for each in ratings if each.agreement == name), None),
            path=agreement_path(name),
        )

    return router


async def ratings_of(console: Console) -> tuple[RatingCount, ...]:
    """None where the alerts service is away: the agreements are shown all the same."""
    try:
        return await console.desk.ratings()
    except (Unreachable, Refusal):
        return ()


async def _view(console: Console, request: Request, name: str) -> AgreementView:
    against = request.query_params.get("against", "")
    shown, progress = await asyncio.gather(
        console.ledger.agreements(request.query_params.get("set", "")), console.ledger.progress()
    )
    before = await console.ledger.agreements(against) if against else None
    return agreement_view(name, shown, before, progress.now)
