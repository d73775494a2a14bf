"""Trying a changed agreement: the form, how far it is, and what would have been different."""

import asyncio
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from services.console import csrf
from services.console.agreement_view import agreement_path
from services.console.console import Console
from services.console.desk import Refusal
from services.console.forms import read_form
from services.console.page import page_answer
from services.console.trial_view import answer_view, faults_of
from services.console.trials import DAYS, TEXT_BYTES_LIMIT, Trial
from services.shared.yaml_text import value_of

FORM_BYTES_LIMIT = 4 * TEXT_BYTES_LIMIT
"""A byte of text may be three in a form."""


def routes(console: Console) -> APIRouter:
    router = APIRouter(default_response_class=HTMLResponse)
    path = "/agreements/{name}/try"

    @router.get(f"{path}.json")
    async def text_json(name: str) -> Response:
        text = await _active_text(console, name)
        return JSONResponse({"agreement": name, "text": text, "days": DAYS})

    @router.get(path)
    async def form_page(request: Request, name: str) -> Response:
        return _page(console, request, name, await _active_text(console, name), DAYS[0])

    @router.post(path)
    async def begin(request: Request, name: str) -> Response:
        form = dict(await read_form(request, FORM_BYTES_LIMIT))
        csrf.check(request, form)
        text, days = form.get("text", "").replace("\r\n", "\n"), form.get("days", "")
        try:
            trial = console.trials.begin(name, text, int(days) if days.isdecimal() else 0)
        except Refusal as refusal:  # what was written is not lost
            answer = _page(console, request, name, text, DAYS[0], problem=str(refusal))
            answer.status_code = refusal.status
            return answer
        console.telemetry.log.info("agreement tried", agreement=name, actor=console.settings.actor)
        return RedirectResponse(_path(trial), 303)

    @router.get(path + "/{id}.json")
    async def trial_json(name: str, id: str) -> Response:
        return JSONResponse(_as_json(console.trials.look(name, id)))

    @router.get(path + "/{id}/part")
    async def part(name: str, id: str) -> Response:
        shown = _shown(console.trials.look(name, id))
        return HTMLResponse(console.renderer.page("trial.html", **shown))

    @router.get(path + "/{id}")
    async def trial_page(request: Request, name: str, id: str) -> Response:
        trial = console.trials.look(name, id)
        return _page(console, request, name, trial.text, trial.days, **_shown(trial))

    return router


async def _active_text(console: Console, name: str) -> str:
    """Of the file that holds it. Raises Refusal where none of the active set does."""
    files = await console.ledger.agreement_files()
    text = await asyncio.to_thread(_holding, files, name)
    if text is None:
        raise Refusal(404, f"There is no agreement {name!r} in this set; /agreements lists them.")
    return text


def _holding(files: tuple[str, ...], name: str) -> str | None:
    return next((text for text in files if value_of(text, "agreement") == name), None)


def _page(
    console: Console,
    request: Request,
    name: str,
    text: str,
    days: int,
    problem: str | None = None,
    **shown: Any,  # noqa: ANN401 - a template's own values
) -> Response:
    return page_answer(
        console,
        request,
        "try.html",
        current="agreements",
        name=name,
        text=text,
        days=days,
        choices=DAYS,
        problem=problem,
        back=agreement_path(name),
        **({"trial": None} | shown),
    )


def _shown(trial: Trial) -> dict[str, Any]:
    view, faults = answer_view(trial), faults_of(trial)
    return {"trial": trial, "view": view, "faults": faults, "path": _path(trial)}


def _path(trial: Trial) -> str:
    return f"{agreement_path(trial.agreement)}/try/{trial.id}"


def _as_json(trial: Trial) -> dict[str, Any]:
    return {
        "agreement": trial.agreement,
        "days": trial.days,
        "done": trial.done,
        "progress": trial.progress,
        "problem": trial.problem,
        "answer": trial.answer,
    }
