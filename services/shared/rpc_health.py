"""The standard gRPC health service, answered from what the parts of a service report."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from grpc import StatusCode
from grpc_health.v1 import health_pb2, health_pb2_grpc

from services.shared.health import Health

WATCH_S = 0.25


class HealthServicer(health_pb2_grpc.HealthServicer):  # type: ignore[misc]  # untyped upstream
    def __init__(self, services: frozenset[str], health: Health) -> None:
        self._services = services | {""}
        self._health = health

    async def Check(self, request: health_pb2.HealthCheckRequest, context: Any) -> Any:  # noqa: ANN401
        if request.service not in self._services:
            await context.abort(StatusCode.NOT_FOUND, f"No service {request.service!r} is here.")
        return health_pb2.HealthCheckResponse(status=self._status(request.service))

    async def Watch(
        self, request: health_pb2.HealthCheckRequest, _context: object
    ) -> AsyncIterator[health_pb2.HealthCheckResponse]:
        last = None
        while True:
            status = self._status(request.service)
            if status != last:
                yield health_pb2.HealthCheckResponse(status=status)
            last = status
            await asyncio.sleep(WATCH_S)

    def _status(self, service: str) -> "health_pb2.HealthCheckResponse.ServingStatus.ValueType":
        if service not in self._services:
            return health_pb2.HealthCheckResponse.SERVICE_UNKNOWN
        if self._health.ready:
            return health_pb2.HealthCheckResponse.SERVING
        return health_pb2.HealthCheckResponse.NOT_SERVING
