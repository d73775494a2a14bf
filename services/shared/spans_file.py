"""Spans as JSON lines in a file that services may share: traces without a trace server."""

import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import StatusCode


class SpansFile(SpanExporter):
    """Appends each span as one JSON line, so that spans of several processes share one file."""

    def __init__(self, service: str, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._service = service
        self._file = path.open("ab", buffering=0)
        self._lock = threading.Lock()

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        lines = [json.dumps(_as_json(self._service, span)).encode() + b"\n" for span in spans]
        with self._lock:
            self._file.write(b"".join(lines))
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        self._file.close()


def _as_json(service: str, span: ReadableSpan) -> dict[str, Any]:
    context = span.get_span_context()
    assert context is not None
    return {
        "service": service,
        "name": span.name,
        "kind": span.kind.name.lower(),
        "trace_id": f"{context.trace_id:032x}",
        "span_id": f"{context.span_id:016x}",
        "parent_id": f"{span.parent.span_id:016x}" if span.parent else "",
        "links": [
            {"trace_id": f"{link.context.trace_id:032x}", "span_id": f"{link.context.span_id:016x}"}
            for link in span.links
        ],
        "started_at": (span.start_time or 0) // 1_000,
        "ended_at": (span.end_time or 0) // 1_000,
        "failed": span.status.status_code is StatusCode.ERROR,
        "attributes": dict(span.attributes or {}),
    }
