"""What can be looked at: the live list, its stream, one subject, and the same as JSON.

A page is a view and a template; nothing here decides or counts.
"""

import asyncio
from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from services.console.actions import new_request
from services.console.acts import CAUSES
from services.console.answers import subject_answer, unknown_answer
from services.console.cases import neighbours_of
from services.console.console import Console
from services.console.desk import Alert, Refusal, SubjectFacts, Unreachable
from services.console.filters import Filters
from services.console.live import stream
from services.console.matching import people
from services.console.noting import with_notes
from services.console.page import page_answer
from services.console.snoozes import SNOOZE_WORDS
from services.console.subject_view import subject_view
from services.console.words import subject_path
from services.shared.errors import InvalidEvent
from services.shared.subjects import kind_and_id


def routes(console: Console) -> APIRouter:
    """Paths to pages; `.json` behind a page's path is the same as data."""
    router = APIRouter(default_response_class=HTMLResponse)

    @router.get("/")
    async def list_page(request: Request) -> Response:
        return _inbox_page(console, request)

    @router.get("/.json")
    async def list_json(request: Request) -> Response:
        return _inbox_json(console, request)

    @router.get("/live")
    async def live(request: Request) -> Response:
        filters = Filters.parse(request.query_params.multi_items())
        return stream(console, request, partial(console.renderer.message, filters))

    @router.get("/subjects/{kind}/{id:path}.json")
    async def subject_json(kind: str, id: str) -> Response:
        facts, alerts, problem = await _ask_about(console, f"{kind}/{id}")
        return JSONResponse(subject_answer(facts, alerts, [problem] if problem else []))

    @router.get("/subjects/{kind}/{id:path}")
    async def subject_page(request: Request, kind: str, id: str) -> Response:
        return await _subject_page(console, request, f"{kind}/{id}")

    return router


def _inbox_page(console: Console, request: Request) -> Response:
    filters = Filters.parse(request.query_params.multi_items())
    snapshot = console.feed.latest
    parts, query = console.renderer.parts(snapshot, filters), filters.query()
    return page_answer(
        console,
        request,
        "inbox.html",
        current="inbox",
        around=dict(parts.around),
        rows=parts.rows,
        query=query,
        once=new_request(),
        snoozes=SNOOZE_WORDS,
        causes=CAUSES,
        people=people(snapshot),
        stream=f"/live{query}{'&' if query else '?'}after={console.feed.epoch}-{snapshot.seq}",
    )


def _inbox_json(console: Console, request: Request) -> Response:
    snapshot = console.feed.latest
    if snapshot.tracker_problem:
        return JSONResponse(unknown_answer(snapshot.tracker_problem, snapshot), 503)
    filters = Filters.parse(request.query_params.multi_items())
    content = console.renderer.answer_of(snapshot, filters)
    return Response(content, media_type="application/json")


async def _subject_page(console: Console, request: Request, subject: str) -> Response:
    facts, alerts, problem = await _ask_about(console, subject)
    view = subject_view(facts, alerts)
    path, query = subject_path(subject), Filters.parse(request.query_params.multi_items()).query()
    return page_answer(
        console,
        request,
        "subject.html",
        view=view,
        neighbours=await neighbours_of(console, view),
        alerts_problem=problem,
        path=path,
        query=query,
        back=path + query,
        snoozes=SNOOZE_WORDS,
        causes=CAUSES,
        people=people(console.feed.latest),
        new_request=new_request,
        actor=console.settings.actor,
    )


async def _ask_about(
    console: Console, subject: str
) -> tuple[SubjectFacts, tuple[Alert, ...], str | None]:
    """What both services say; the promises are shown even where the alerts are away."""
    try:
        kind_and_id(subject)
    except InvalidEvent as error:
        raise Refusal(404, str(error)) from error
    facts, alerts = await asyncio.gather(
        console.ledger.subject(subject), console.desk.alerts(subject), return_exceptions=True
    )
    if isinstance(facts, BaseException):
        raise facts
    if not facts.promises and not facts.events:
        raise Refusal(404, f"The tracker has counted no event about {subject}.")
    if isinstance(alerts, Unreachable | Refusal):
        return facts, (), str(alerts)
    if isinstance(alerts, BaseException):
        raise alerts
    return facts, await with_notes(console.desk, alerts), None
