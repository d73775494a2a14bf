"""Reading the small forms of the pages: url-encoded, bounded, each field a checked text."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request

from services.console.desk import Refusal

BODY_LIMIT = 64 * 1024
KEYS_LIMIT = 100
"""So many alerts may be answered by one form."""
FIELDS_LIMIT = KEYS_LIMIT + 20
TEXT_LIMIT = 1024


Fields = list[tuple[str, str]]


async def read_form(request: Request, bytes_limit: int = BODY_LIMIT) -> Fields:
    """The fields of the body; raises Refusal for another content type or too much of it."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != (
        "application/x-www-form-urlencoded"
    ):
        raise Refusal(415, "Send the fields as application/x-www-form-urlencoded.")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > bytes_limit:
            raise Refusal(413, f"The form is over {bytes_limit} bytes long; shorten its texts.")
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=FIELDS_LIMIT)
    except ValueError as error:
        raise Refusal(400, f"The form cannot be read: {error}.") from error


def keys_of(fields: Fields) -> tuple[str, ...]:
    """Every alert that the form names, each once; raises Refusal for over KEYS_LIMIT."""
    keys = tuple(dict.fromkeys(value for name, value in fields if name == "key" and value))
    if len(keys) > KEYS_LIMIT:
        raise Refusal(400, f"The form names {len(keys)} alerts; name {KEYS_LIMIT} or fewer.")
    return keys


def needed(form: Mapping[str, str], name: str, why: str) -> str:
    """A field that has to be there; `why` ends the sentence that asks for it."""
    if not (value := optional(form, name)):
        raise Refusal(400, f"The field `{name}` is empty: {why}.")
    return value


def optional(form: Mapping[str, str], name: str) -> str:
    value = form.get(name, "").strip()
    if len(value) > TEXT_LIMIT:
        raise Refusal(
            400, f"The field `{name}` is {len(value)} characters long; use {TEXT_LIMIT} or fewer."
        )
    return value


def local_path(text: str) -> str:
    """Where to go back to: a path of ours, or the list when `text` leads anywhere else."""
    parts = urlsplit(text)
    outside = parts.scheme or parts.netloc or "\\" in text or not text.isprintable()
    return "/" if outside or not text.startswith("/") or text.startswith("//") else text
