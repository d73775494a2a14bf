"""A post in words: a notice says its own text; of several there is the count, what they have in
common, and a line each for those that a customer would notice first.
"""

from services.alerts.domain.posts import Post
from services.alerts.domain.promise import Condition
from services.alerts.domain.text import summary
from services.alerts.domain.words import one_line, shortened, spaced

LINES_LIMIT = 10
LINE_LENGTH_LIMIT = 260
_MANY = {
    Condition.AT_RISK: "promises at risk",
    Condition.BREACHED: "broken promises",
    Condition.UNKNOWN: "promises of which nobody knows",
    Condition.RETURNED: "handoffs returned incomplete",
    Condition.DISPUTED: "disputed promises",
    Condition.BOUNCED: "handoffs passed back and forth",
    Condition.FOUND: "findings",
}


def title_of(post: Post) -> str:
    """One line, not shortened yet."""
    if len(post.notices) == 1:
        return one_line(summary(post.first.alert, post.first.at))
    group = post.group
    over = "Over: " if group.over else ""
    whose = " to ".join(dict.fromkeys(each for each in (group.owed_by, group.owed_to) if each))
    many = f"{over}{len(post.notices)} {_MANY[group.condition]}"
    return one_line(f"{many}, {spaced(group.agreement)}, {whose}.")


def text_of(post: Post) -> str:
    if len(post.notices) == 1:
        return post.first.text
    lines = [
        f"- {shortened(one_line(summary(notice.alert, notice.at)), LINE_LENGTH_LIMIT)}"
        for notice in post.notices[:LINES_LIMIT]
    ]
    left = len(post.notices) - LINES_LIMIT
    return "\n".join([title_of(post), *lines, *([f"And {left} more."] if left > 0 else [])])
