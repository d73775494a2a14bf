"""Who is on call and what is handed over: the shift and the schedules, each as JSON too."""

import asyncio
from dataclasses import asdict

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from services.console.answers import as_json
from services.console.console import Console
from services.console.desk import Refusal, Unreachable
from services.console.duty_view import schedule_views
from services.console.noting import noted
from services.console.overviews import OnCall
from services.console.page import page_answer
from services.console.shift import Shift, shift


def routes(console: Console) -> APIRouter:
    router = APIRouter(default_response_class=HTMLResponse)

    @router.get("/shift")
    async def shift_page(request: Request) -> Response:
        view = await _shift(console)
        return page_answer(console, request, "shift.html", current="shift", view=view)

    @router.get("/shift.json")
    async def shift_json() -> Response:
        view = await _shift(console)
        return JSONResponse(as_json(asdict(view)), 503 if view.status.tracker_problem else 200)

    @router.get("/schedules")
    async def schedules_page(request: Request) -> Response:
        views = schedule_views(await console.desk.on_call())
        return page_answer(console, request, "schedules.html", current="schedules", views=views)

    @router.get("/schedules.json")
    async def schedules_json() -> Response:
        return JSONResponse(as_json(asdict(await console.desk.on_call())))

    return router


async def _shift(console: Console) -> Shift:
    snapshot, on_call = await asyncio.gather(
        noted(console.desk, console.feed.latest), _on_call(console)
    )
    return shift(snapshot, on_call)


async def _on_call(console: Console) -> OnCall | str:
    """The hand-over is shown also where nobody can say who is on call."""
    try:
        return await console.desk.on_call()
    except (Unreachable, Refusal) as error:
        return str(error)
