"""What a person may do about alerts and promises. Each is one POST form, and plain without scripts.

All but a release take up to 100 `key`s at once. htmx gets the changed rows and a sentence; a
browser without it is sent back to where it was.
"""

import secrets
from collections import Counter
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl, urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from opentelemetry.trace import SpanKind

from services.console import csrf
from services.console.acts import VERBS, Result, Verb, act_of
from services.console.console import Console
from services.console.desk import Refusal
from services.console.filters import Filters
from services.console.forms import keys_of, local_path, needed, read_form
from services.console.page import with_notice
from services.shared.telemetry import HANDOFF_ALERT_KEY, HANDOFF_COMMAND, HANDOFF_PROMISE_ID

Form = dict[str, str]
Route = Callable[[Request], Awaitable[Response]]
PROBLEMS_LIMIT = 3
"""So many different reasons why alerts of one form were refused are told."""


def routes(console: Console) -> APIRouter:
    router = APIRouter(default_response_class=HTMLResponse)
    for verb in VERBS.values():
        router.add_api_route(f"/{verb.path}", _acting(console, verb), methods=["POST"])

    @router.post("/release")
    async def release(request: Request) -> Response:
        return await _release(console, request)

    return router


def _acting(console: Console, verb: Verb) -> Route:
    async def act(request: Request) -> Response:
        return await _act(console, request, verb)

    return act


async def _act(console: Console, request: Request, verb: Verb) -> Response:
    """Check the form, tell the service, show what it made of each alert."""
    fields = await read_form(request)
    form, keys = dict(fields), keys_of(fields)
    csrf.check(request, form)
    act = act_of(verb, form, keys, console.settings.actor, console.feed.latest.as_of)
    with console.telemetry.span(
        verb.path,
        parent=(),
        kind=SpanKind.SERVER,
        attributes={HANDOFF_COMMAND: verb.path, HANDOFF_ALERT_KEY: keys[0]},
    ):
        results = await console.desk.act(act)
    refused = [each for each in results if each.alert is None]
    if refused and len(refused) == len(results):
        raise Refusal(refused[0].status, _reasons(refused))
    console.telemetry.log.info(verb.path, actor=act.actor, alerts=len(results) - len(refused))
    await console.feed.learn(each.alert for each in results if each.alert)
    return _answer(console, request, form, verb, results)


def _answer(
    console: Console, request: Request, form: Form, verb: Verb, results: tuple[Result, ...]
) -> Response:
    back = local_path(form.get("back", "/"))
    words = words_of(verb, results)
    bad = any(each.alert is None for each in results)
    if "hx-request" not in request.headers:
        if bad:
            raise Refusal(409, words)
        return RedirectResponse(with_notice(back, verb.path), 303)
    filters = Filters.parse(parse_qsl(urlsplit(back).query))
    keys = {each.key for each in results}
    rows = console.renderer.rows_of(keys, console.feed.latest, filters)
    return HTMLResponse(console.renderer.answer(words, bad=bad, rows=rows, once=new_request()))


def new_request() -> str:
    """An idempotency key: the same form sent twice has one effect."""
    return secrets.token_urlsafe(16)


def words_of(verb: Verb, results: tuple[Result, ...]) -> str:
    """How many it was done to, and why not to the others."""
    refused = [each for each in results if each.alert is None]
    if not refused:
        return verb.notice if len(results) == 1 else f"{len(results)} {verb.done}."
    done = len(results) - len(refused)
    return f"{done} of {len(results)} {verb.done}, {len(refused)} not. {_reasons(refused)}"


def _reasons(refused: list[Result]) -> str:
    reasons = Counter(each.problem for each in refused)
    told = [
        reason if count == 1 else f"{count} times: {reason}"
        for reason, count in reasons.most_common(PROBLEMS_LIMIT)
    ]
    more = len(reasons) - len(told)
    return " ".join([*told, f"And {more} more reasons." if more > 0 else ""]).strip()


async def _release(console: Console, request: Request) -> Response:
    form = dict(await read_form(request))
    csrf.check(request, form)
    promise_id = needed(form, "promise_id", "it names the promise")
    attributes = {HANDOFF_COMMAND: "release", HANDOFF_PROMISE_ID: promise_id}
    with console.telemetry.span("release", parent=(), kind=SpanKind.SERVER, attributes=attributes):
        await console.desk.release(
            promise_id,
            console.settings.actor,
            needed(form, "reason", "say why the promise is given up, it stays in the record"),
            needed(form, "idempotency_key", "reload the page, the form makes one"),
        )
    console.telemetry.log.info("release", actor=console.settings.actor)
    console.feed.wake()
    return RedirectResponse(with_notice(local_path(form.get("back", "/")), "release"), 303)
