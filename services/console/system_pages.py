"""What the system goes by, and how it is: active agreements and progress, as JSON too."""

import asyncio
from collections import Counter
from dataclasses import asdict

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from opentelemetry.trace import SpanKind

from services.console import csrf
from services.console.actions import new_request
from services.console.agreement_pages import ratings_of
from services.console.answers import as_json
from services.console.console import Console
from services.console.forms import read_form
from services.console.letters import redrive_of
from services.console.matching import needing
from services.console.operations import operations
from services.console.page import page_answer, with_notice
from services.shared.telemetry import HANDOFF_COMMAND


def routes(console: Console) -> APIRouter:
    router = APIRouter(default_response_class=HTMLResponse)

    @router.get("/agreements")
    async def agreements_page(request: Request) -> Response:
        active, ratings = await asyncio.gather(console.ledger.agreements(), ratings_of(console))
        return page_answer(
            console,
            request,
            "agreements.html",
            current="agreements",
            active=active,
            ratings=ratings,
            in_danger=Counter(each.promise.agreement for each in needing(console.feed.latest)),
        )

    @router.get("/agreements.json")
    async def agreements_json() -> Response:
        active, ratings = await asyncio.gather(console.ledger.agreements(), ratings_of(console))
        rated = [asdict(each) for each in ratings]
        return JSONResponse(as_json(asdict(active) | {"ratings": rated}))

    @router.get("/operations")
    async def operations_page(request: Request) -> Response:
        progress, letters = await asyncio.gather(console.ledger.progress(), console.letters.look())
        return page_answer(
            console,
            request,
            "operations.html",
            current="operations",
            view=operations(progress),
            new_request=new_request,
            letters=None if isinstance(letters, str) else letters,
            letters_problem=letters if isinstance(letters, str) else None,
        )

    @router.get("/operations.json")
    async def operations_json() -> Response:
        progress, letters = await asyncio.gather(console.ledger.progress(), console.letters.look())
        lying = {"problem": letters} if isinstance(letters, str) else asdict(letters)
        return JSONResponse(as_json(asdict(progress) | {"dead_letters": lying}))

    @router.post("/letters/redrive")
    async def redrive(request: Request) -> Response:
        form = dict(await read_form(request))
        csrf.check(request, form)
        wanted = redrive_of(form, console.settings.actor)
        attributes = {HANDOFF_COMMAND: "redrive"}
        with console.telemetry.span(
            "redrive", parent=(), kind=SpanKind.SERVER, attributes=attributes
        ):
            sent = await console.desk.redrive(wanted)
        console.telemetry.log.info("redriven", actor=wanted.actor, letters=sent)
        return RedirectResponse(with_notice("/operations", "redriven") + "#letters", 303)

    return router
