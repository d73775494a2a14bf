"""Only our own pages may act: a token in the form must equal the one in a SameSite cookie.

The Origin header cannot be checked as well, because `Referrer-Policy: no-referrer` makes it `null`;
browsers say in Sec-Fetch-Site what it would.
"""

import hmac
import re
import secrets
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from services.console.desk import Refusal

COOKIE = "handoff_csrf"
FIELD = "csrf"


def token_for(request: Request) -> str:
    """The browser's token; a new one where it has none that we made."""
    token = request.cookies.get(COOKIE, "")
    return token if re.fullmatch(r"[\w-]{43}", token) else secrets.token_urlsafe(32)


def keep(response: Response, token: str, request: Request) -> None:
    """Lax, not Strict: a page opened by an alert's link must find the cookie, not replace it."""
    response.set_cookie(
        COOKIE, token, httponly=True, samesite="lax", secure=request.url.scheme == "https"
    )


def check(request: Request, form: Mapping[str, str]) -> None:
    """Raises Refusal where another site's page may have sent the form."""
    token = request.cookies.get(COOKIE, "")
    site = request.headers.get("sec-fetch-site", "same-origin")
    matches = hmac.compare_digest(token.encode(), form.get(FIELD, "").encode())
    if not token or not matches or site != "same-origin":
        raise Refusal(
            403,
            "This form did not come from a page of this console, or the page is from before your"
            " browser's last restart. Reload the page and try again.",
        )
