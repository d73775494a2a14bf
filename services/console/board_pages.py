"""The board, its stream, and the same as JSON."""

from dataclasses import asdict

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from services.console.answers import as_json, unknown_answer
from services.console.board import board
from services.console.console import Console
from services.console.live import stream
from services.console.page import page_answer


def routes(console: Console) -> APIRouter:
    router = APIRouter(default_response_class=HTMLResponse)

    @router.get("/board")
    async def board_page(request: Request) -> Response:
        snapshot = console.feed.latest
        return page_answer(
            console,
            request,
            "board.html",
            current="board",
            around=dict(console.renderer.board_parts(snapshot).around),
            stream=f"/board/live?after={console.feed.epoch}-{snapshot.seq}",
        )

    @router.get("/board.json")
    async def board_json() -> Response:
        snapshot = console.feed.latest
        if snapshot.tracker_problem:
            return JSONResponse(unknown_answer(snapshot.tracker_problem, snapshot), 503)
        return JSONResponse(as_json(asdict(board(snapshot))))

    @router.get("/board/live")
    async def board_live(request: Request) -> Response:
        return stream(console, request, console.renderer.board_message)

    return router
