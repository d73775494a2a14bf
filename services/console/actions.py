"""What a person may do about a promise: acknowledge, snooze, release. Each is one POST form.

The first two take several `key`s at once.
htmx gets the changed row and a sentence; a browser without it is sent back to where it was.
"""

from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl, urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from opentelemetry.trace import SpanKind

from services.console import csrf
from services.console.console import Console
from services.console.desk import Refusal
from services.console.filters import Filters
from services.console.forms import keys_of, local_path, needed, optional, read_form
from services.console.page import NOTICES, with_notice
from services.console.pages import SNOOZES
from services.shared.telemetry import HANDOFF_ALERT_KEY, HANDOFF_COMMAND, HANDOFF_PROMISE_ID

Form = dict[str, str]
Action = Callable[[Console, Form], Awaitable[None]]
SEVERAL = 2
DEFAULT_SNOOZE = "1h"


def routes(console: Console) -> APIRouter:
    router = APIRouter(default_response_class=HTMLResponse)

    @router.post("/acknowledge")
    async def acknowledge(request: Request) -> Response:
        return await _act(console, request, _acknowledge, "acknowledged")

    @router.post("/snooze")
    async def snooze(request: Request) -> Response:
        return await _act(console, request, _snooze, "snoozed")

    @router.post("/release")
    async def release(request: Request) -> Response:
        return await _act(console, request, _release, "released")

    return router


async def _act(
    console: Console,
    request: Request,
    action: Action,
    done: str,
) -> Response:
    """Check the form, tell the service, read again so that the answer shows what it did."""
    fields = await read_form(request)
    form, keys = dict(fields), keys_of(fields)
    csrf.check(request, form)
    with console.telemetry.span(
        action.__name__.removeprefix("_"),
        parent=(),
        kind=SpanKind.SERVER,
        attributes={
            HANDOFF_COMMAND: done,
            HANDOFF_ALERT_KEY: form.get("key", ""),
            HANDOFF_PROMISE_ID: form.get("promise_id", ""),
        },
    ):
        problems = await _for_each(console, action, form, keys)
    console.telemetry.log.info(done, actor=console.settings.actor, alerts=len(keys))
    snapshot = await console.feed.refresh()
    back = local_path(form.get("back", "/"))
    words = _words(done, len(keys), problems)
    if "hx-request" not in request.headers:
        if problems:
            raise Refusal(409, words)
        return RedirectResponse(with_notice(back, done), 303)
    filters = Filters.parse(parse_qsl(urlsplit(back).query))
    rows = console.renderer.rows_of(keys, snapshot, filters)
    return HTMLResponse(console.renderer.answer(words, bad=bool(problems), rows=rows))


async def _for_each(
    console: Console, action: Action, form: Form, keys: tuple[str, ...]
) -> list[str]:
    """What was refused, while others were done; a refusal of everything is raised."""
    if len(keys) < SEVERAL:
        await action(console, form)
        return []
    problems: list[Refusal] = []
    for key in keys:
        try:
            await action(console, form | {"key": key})
        except Refusal as refusal:
            problems.append(refusal)
    if len(problems) == len(keys):
        raise problems[0]
    return [str(each) for each in problems]


def _words(done: str, count: int, problems: list[str]) -> str:
    if problems:
        first = f"{count - len(problems)} of {count} {done}. The first that was not: {problems[0]}"
        return first if len(problems) == 1 else f"{first} {len(problems)} were not in all."
    return f"{count} {done}." if count >= SEVERAL else NOTICES[done]


async def _acknowledge(console: Console, form: Form) -> None:
    key = needed(form, "key", "it names the alert")
    await console.desk.acknowledge(key, console.settings.actor, optional(form, "note"))


async def _snooze(console: Console, form: Form) -> None:
    key = needed(form, "key", "it names the alert")
    slug = optional(form, "for") or DEFAULT_SNOOZE
    if slug not in SNOOZES:
        raise Refusal(400, f"An alert cannot be snoozed for {slug!r}; use {', '.join(SNOOZES)}.")
    now = console.feed.latest.as_of
    if now is None:
        raise Refusal(503, "The tracker has not answered yet, so it is not known until when.")
    until = now + SNOOZES[slug]
    await console.desk.snooze(key, console.settings.actor, until, optional(form, "reason"))


async def _release(console: Console, form: Form) -> None:
    await console.desk.release(
        needed(form, "promise_id", "it names the promise"),
        console.settings.actor,
        needed(form, "reason", "say why the promise is given up, it stays in the record"),
        needed(form, "idempotency_key", "reload the page, the form makes one"),
    )
