"""For probes and Prometheus: alive, ready, counted.

Ready means that tracker and alerts answered once. A tracker that goes away later leaves the page
ready: it has to stay reachable to say so.
"""

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from services.console.console import Console


def routes(console: Console) -> APIRouter:
    router = APIRouter()

    @router.get("/healthz")
    async def healthz() -> Response:
        return JSONResponse({"alive": True})

    @router.get("/readyz")
    async def readyz() -> Response:
        problems = console.health.problems()
        return JSONResponse({"ready": not problems, "problems": problems}, 503 if problems else 200)

    @router.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(console.telemetry.registry), media_type=CONTENT_TYPE_LATEST)

    return router
