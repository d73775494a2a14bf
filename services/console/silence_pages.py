"""Silences: those that there are, and the forms that begin and end one."""

from dataclasses import asdict

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from services.console import csrf
from services.console.answers import as_json
from services.console.console import Console
from services.console.forms import needed, read_form
from services.console.page import page_answer, with_notice
from services.console.silencing import WANTED, SilenceView, asked_for, silence_view


def routes(console: Console) -> APIRouter:
    router = APIRouter(default_response_class=HTMLResponse)

    @router.get("/silences")
    async def silences_page(request: Request) -> Response:
        return page_answer(
            console,
            request,
            "silences.html",
            current="silences",
            views=await _silences(console),
            wanted=WANTED,
        )

    @router.get("/silences.json")
    async def silences_json() -> Response:
        return JSONResponse(as_json([asdict(each) for each in await console.desk.silences()]))

    @router.post("/silences")
    async def begin(request: Request) -> Response:
        form = dict(await read_form(request))
        csrf.check(request, form)
        now = (await console.ledger.progress()).now
        await console.desk.begin_silence(asked_for(form, console.settings.actor, now))
        console.telemetry.log.info("silenced", actor=console.settings.actor)
        return RedirectResponse(with_notice("/silences", "silenced"), 303)

    @router.post("/silences/end")
    async def end(request: Request) -> Response:
        form = dict(await read_form(request))
        csrf.check(request, form)
        id = needed(form, "id", "it names the silence")
        await console.desk.end_silence(id, console.settings.actor)
        console.telemetry.log.info("silence ended", actor=console.settings.actor)
        return RedirectResponse(with_notice("/silences", "heard"), 303)

    return router


async def _silences(console: Console) -> list[SilenceView]:
    now = (await console.ledger.progress()).now
    return [silence_view(each, now) for each in await console.desk.silences()]
