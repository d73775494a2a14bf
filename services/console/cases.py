"""The pages of one case: why a promise stands where it stands, a customer's subjects, traces."""

import asyncio
import re
from dataclasses import asdict

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, JSONResponse, Response

from services.console.answers import belonging_answer, explanation_answer
from services.console.belonging import Belonging
from services.console.console import Console
from services.console.customer_view import Neighbours, customer_view, neighbours
from services.console.desk import Refusal, Unreachable
from services.console.subject_view import SubjectView
from services.console.traces.span import SpansUnreadable
from services.console.traces.waterfall import Waterfall, trace_path, waterfall
from services.console.why_view import why_view
from services.console.words import customer_path, promise_path


def routes(console: Console) -> APIRouter:
    """Paths to pages; `.json` behind a page's path is the same as data."""
    router = APIRouter(default_response_class=HTMLResponse)

    @router.get("/promises/{id:path}.json")
    async def promise_json(id: str) -> Response:
        return JSONResponse(explanation_answer(await console.ledger.explanation(id)))

    @router.get("/promises/{id:path}")
    async def promise_page(id: str) -> Response:
        view = why_view(await console.ledger.explanation(id))
        return _page(console, "promise.html", view=view, path=promise_path(id))

    @router.get("/customers/{id:path}.json")
    async def customer_json(id: str) -> Response:
        return JSONResponse(belonging_answer(await _of_customer(console, id)))

    @router.get("/customers/{id:path}")
    async def customer_page(id: str) -> Response:
        view = customer_view(id, await _of_customer(console, id))
        return _page(console, "customer.html", view=view, path=customer_path(id))

    @router.get("/traces/{trace_id}.json")
    async def trace_json(trace_id: str) -> Response:
        return JSONResponse(asdict(await _trace(console, trace_id)))

    @router.get("/traces/{trace_id}")
    async def trace_page(trace_id: str) -> Response:
        view = await _trace(console, trace_id)
        return _page(console, "trace.html", view=view, path=trace_path(trace_id))

    return router


async def neighbours_of(console: Console, view: SubjectView) -> Neighbours | None:
    """Those in its order, its case or of its customer, whichever is known first.

    None also where the tracker does not say: the page is whole without them.
    """
    known = {"order": view.order, "case": view.case, "customer": view.customer}
    kind = next((name for name, id in known.items() if id), None)
    if kind is None:
        return None
    try:
        return neighbours(view.subject, await console.ledger.belonging_to(kind, known[kind]))
    except (Refusal, Unreachable):
        return None


async def _of_customer(console: Console, customer: str) -> Belonging:
    belonging = await console.ledger.belonging_to("customer", customer)
    if not belonging.subjects:
        raise Refusal(404, f"The tracker knows no subject of customer {customer}.")
    return belonging


async def _trace(console: Console, trace_id: str) -> Waterfall:
    if not re.fullmatch(r"[0-9a-f]{32}", trace_id):
        raise Refusal(404, f"{trace_id!r} is no trace: a trace has 32 hexadecimal digits.")
    try:
        spans = await asyncio.to_thread(console.spans.trace, trace_id)
        linking = await asyncio.to_thread(console.spans.linking_to, trace_id)
    except SpansUnreadable as error:
        raise Unreachable(str(error)) from error
    if not spans:
        raise Refusal(
            404,
            f"Nothing is kept of trace {trace_id}: it is over three days old, or its services send"
            " their spans elsewhere. OTEL_EXPORTER_OTLP_ENDPOINT says where to.",
        )
    return waterfall(trace_id, spans, linking)


def _page(console: Console, template: str, **values: object) -> Response:
    return HTMLResponse(console.renderer.page(template, **values))
