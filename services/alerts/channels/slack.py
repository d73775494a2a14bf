"""Messages for Slack's incoming webhooks: blocks, a link for each thing to open, and a button.

Whatever comes from a ledger is escaped, so that nobody can mention a channel or make up a link.
"""

import json
from typing import Any

from services.alerts.channels.posting import Request
from services.alerts.domain.digest import text_of
from services.alerts.domain.pages import pages_beside
from services.alerts.domain.posts import Post

SECTION_LIMIT = 3_000
TAKE_UP = "handoff-take-up"
"""What Slack calls the button when somebody presses it; its value are the alerts' keys."""
KEYS_APART = " "
VALUE_LIMIT = 2_000
"""What Slack takes for a button's value: the keys of a hundred alerts, as many as a post has."""
_ESCAPED = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_CUT = f" … (cut at {SECTION_LIMIT:,} characters)"


def slack_post(post: Post, url: str, console_url: str, *, buttons: bool = False) -> Request:
    message = as_blocks(post, console_url, buttons=buttons)
    return Request(url, json.dumps(message, ensure_ascii=False).encode())


def as_blocks(post: Post, console_url: str, *, buttons: bool = False) -> dict[str, Any]:
    """With `buttons` only where somebody listens for what is pressed."""
    text = escaped(text_of(post), SECTION_LIMIT)
    links = [_link(*page) for page in pages_beside(post, console_url)]
    if len(post.notices) == 1 and not post.group.over:
        links.append(f"`handoff ack {post.first.alert.key}`")
    return {
        "text": text,
        "unfurl_links": False,
        "blocks": [
            {"type": "section", "text": {"type": "mrkdwn", "text": text}},
            *(_button(post) if buttons else []),
            {
                "type": "context",
                "elements": [{"type": "mrkdwn", "text": each} for each in links],
            },
        ],
    }


def _button(post: Post) -> list[dict[str, Any]]:
    """One for all of them; none for what is over, or where they are more than it can name."""
    value, many = KEYS_APART.join(post.keys), len(post.notices)
    if post.group.over or len(value) > VALUE_LIMIT:
        return []
    button = {
        "type": "button",
        "action_id": TAKE_UP,
        "value": value,
        "style": "primary",
        "text": {"type": "plain_text", "text": "I have it" if many == 1 else f"I have all {many}"},
    }
    return [{"type": "actions", "elements": [button]}]


def escaped(text: str, limit: int) -> str:
    """At most `limit` characters as Slack counts them; what stands for one is never cut in two."""
    parts = [_ESCAPED.get(each, each) for each in text]
    if sum(map(len, parts)) <= limit:
        return "".join(parts)
    room = limit - len(_CUT)
    kept = []
    for part in parts:
        room -= len(part)
        if room < 0:
            break
        kept.append(part)
    return "".join(kept) + _CUT


def _link(text: str, href: str) -> str:
    return f"<{escaped(href.replace('|', '%7C'), SECTION_LIMIT)}|{text}>"
