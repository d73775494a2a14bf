"""A YAML text as mappings, lists and words, and the line of each; what the words mean is left out.

Every scalar stays text, so that `on`, `2026-02-30` and `!!int three` are for the reader to judge.
"""

from dataclasses import dataclass
from typing import Any

import yaml

DEPTH_LIMIT = 8
"""Mappings and lists inside each other; PyYAML's cost grows with its square."""

Path = tuple[str | int, ...]
Loader = type[yaml.BaseLoader | yaml.CBaseLoader]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why a text is no YAML that we read, and where."""

    line: int
    remedy: str


@dataclass(frozen=True, slots=True)
class Document:
    """The content of a text; `line` finds where a part of it stands."""

    content: Any
    _node: yaml.Node

    def line(self, path: Path) -> int:
        """The line of the deepest part of `path` that the document has, from 1."""
        node = self._node
        line: int = node.start_mark.line + 1
        for part in path:
            if isinstance(node, yaml.MappingNode):
                pairs = {key.value: (key, value) for key, value in node.value}
                if part not in pairs:
                    break
                line, node = pairs[part][0].start_mark.line + 1, pairs[part][1]
            elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
                node = node.value[part]
                line = node.start_mark.line + 1
        return line


def parse(text: str, begins: str = "agreement: <name>") -> Document | Unreadable:
    """The one document of a text; `begins` is what to start with where it is empty."""
    try:
        return _parse(text, begins, yaml.CBaseLoader)
    except yaml.YAMLError:
        # What libyaml does not take, PyYAML's own parser finds better words for.
        pass
    try:
        return _parse(text, begins, yaml.BaseLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "it cannot be read"
        return Unreadable(mark.line + 1 if mark else 1, f"{problem}; mend the syntax.")


def _parse(text: str, begins: str, loader: Loader) -> Document | Unreadable:
    if unreadable := _too_clever(text, loader):
        return unreadable
    node = yaml.compose(text, Loader=loader)
    if node is None:
        return Unreadable(1, f"it is empty; start with `{begins}`.")
    return Document(_plain(node), node)


def value_of(text: str, key: str) -> str | None:
    """The word behind `key` in the outermost mapping, read no further than that.

    None where there is none, or where the text up to there is no YAML that we read.
    """
    depth, nodes, found = 0, 0, False
    try:
        for event in yaml.parse(text, Loader=yaml.CBaseLoader):
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if not isinstance(event, yaml.NodeEvent):
                continue
            word = event.value if isinstance(event, yaml.ScalarEvent) else None
            if depth == 1:
                if found:
                    return word
                found, nodes = nodes % 2 == 0 and word == key, nodes + 1
            depth += isinstance(event, yaml.CollectionStartEvent)
            if depth > DEPTH_LIMIT:
                return None
    except yaml.YAMLError:
        return None
    return None


def _too_clever(text: str, loader: Loader) -> Unreadable | None:
    """What could multiply or nest without end is refused while the text is read, not after."""
    depth, line = 0, 1
    for event in yaml.parse(text, Loader=loader):
        line = event.start_mark.line + 1 if event.start_mark else line
        if isinstance(event, yaml.AliasEvent):
            return Unreadable(line, "aliases (`*name`) are not read; write it out.")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEPTH_LIMIT:
            return Unreadable(line, f"it is nested more than {DEPTH_LIMIT} deep; write less deep.")
    return None


def _plain(node: yaml.Node) -> Any:  # noqa: ANN401 - whatever the text holds
    if isinstance(node, yaml.SequenceNode):
        return [_plain(each) for each in node.value]
    if isinstance(node, yaml.MappingNode):
        content: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(None, None, "a key is no word", key.start_mark)
            if key.value in content:
                problem = f"the key {key.value!r} is there twice"
                raise yaml.MarkedYAMLError(None, None, problem, key.start_mark)
            content[key.value] = _plain(value)
        return content
    return node.value
