"""What an expression names and calls, read from its words before CEL sees it.

Only a part of CEL is let through, so that an evaluation is no more than a look at each entry: no
comprehension inside or upon another, nothing that compiles patterns, and nothing that makes lists:
for each entry the library copies those that `map` and `filter` have made so far. Strings are read
just as CEL reads them, so that nothing hides in one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

MACROS = frozenset({"all", "exists", "exists_one"})
FUNCTIONS = frozenset({"double", "duration", "has", "int", "size", "string", "timestamp"})
METHODS = frozenset(
    {"contains", "endsWith", "size", "startsWith"}
    | {f"get{part}" for part in ("FullYear", "Month", "Date", "DayOfMonth", "DayOfWeek")}
    | {f"get{part}" for part in ("DayOfYear", "Hours", "Minutes", "Seconds")}
)
_WORDS = frozenset({"true", "false", "null", "in"})

_TOKEN = re.compile(
    r"(?P<space>\s+|//[^\n]*)"
    r"|(?P<text>\"(?:[^\"\\\r\n]|\\.)*\"|'(?:[^'\\\r\n]|\\.)*')"
    r"|(?P<number>0x[0-9a-fA-F]+u?|[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?u?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<sign>&&|\|\||[=!<>]=|[-<>!?:+*/%.,()\[\]])"
)


class Token(NamedTuple):
    """One word of an expression."""

    kind: str
    text: str


Path = tuple[str, ...]


@dataclass(slots=True)
class Named:
    """The paths that an expression reads, `order.lines.quantity` for `l.quantity` of a line `l`.

    `variables` are the names that its comprehensions give to entries; `optional` the paths that it
    asks for with `has`; of those in `counted` it only wants the size. Those in `repeated` stand
    inside a comprehension, and are read for each entry.
    """

    paths: dict[Path, None] = field(default_factory=dict)
    optional: set[Path] = field(default_factory=set)
    counted: set[Path] = field(default_factory=set)
    repeated: set[Path] = field(default_factory=set)
    variables: set[str] = field(default_factory=set)


def scan(text: str) -> Named:
    """What the expression names; raises ValueError for what is not let through."""
    return _Scan(tuple(_tokens(text))).named()


def _tokens(text: str) -> Iterator[Token]:
    at, before = 0, Token("", "")
    while at < len(text):
        match = _TOKEN.match(text, at)
        if not match or not match.lastgroup:
            raise ValueError(f"{text[at : at + 20]!r} is not read here; write it more plainly.")
        token = Token(match.lastgroup, match[0])
        if token.kind == "text" and before.kind in ("name", "text"):
            raise ValueError(f"{token.text[:20]} stands right behind a word; write plain strings.")
        if token.kind != "space":
            yield token
        at, before = match.end(), token


@dataclass(slots=True)
class _Bracket:
    """An open bracket: whether it is a comprehension's, or stands upon or holds one.

    `stands_for` is None where its `variable` stands for nothing that events carry.
    """

    macro: bool = False
    has: bool = False
    size: bool = False
    with_macro: bool = False
    variable: str = ""
    stands_for: Path | None = None


class _Scan:
    """One pass over the words, with the brackets that are open."""

    def __init__(self, tokens: tuple[Token, ...]) -> None:
        self._tokens = tokens
        self._at = 0
        self._open: list[_Bracket] = []
        self._upon_macro = False  # the operand that just ended holds a comprehension
        self._chain: Path | None = None  # the operand that just ended is just these names
        self._named = Named()
        self._iterated: list[Path] = []

    def named(self) -> Named:
        while self._at < len(self._tokens):
            self._step(self._tokens[self._at])
        for path in self._iterated:
            if not any(each[: len(path)] == path for each in self._named.paths):
                self._named.counted.add(path)
        self._named.counted -= self._named.paths.keys()
        self._named.paths |= dict.fromkeys(sorted(self._named.counted))
        return self._named

    def _step(self, token: Token) -> None:
        if token.kind == "name":
            self._member() if self._text(-1) == "." else self._operand(token.text)
            return
        self._at += 1
        if token.text in ("(", "["):
            self._enter(_Bracket())
        elif token.text in (")", "]"):
            self._close()
        elif token.text != ".":
            self._upon_macro, self._chain = False, None

    def _text(self, offset: int) -> str:
        at = self._at + offset
        return self._tokens[at].text if 0 <= at < len(self._tokens) else ""

    def _close(self) -> None:
        if not self._open:
            raise ValueError("a bracket closes that was never opened; count them.")
        closed = self._open.pop()
        self._chain = None
        self._upon_macro |= closed.macro or closed.with_macro
        if self._open:
            self._open[-1].with_macro |= self._upon_macro

    def _operand(self, name: str) -> None:
        """A name that begins an operand: a word of CEL, a function, a variable or a fact."""
        self._upon_macro, self._chain = False, None
        self._at += 1
        if name in _WORDS:
            return
        if self._text(0) == "(":
            if name not in FUNCTIONS:
                raise ValueError(f"{name}() is not called here; {_listed(FUNCTIONS)} are.")
            self._at += 1
            self._enter(_Bracket(has=name == "has", size=name == "size"))
            return
        path = (name, *self._members())
        variable = next((each for each in reversed(self._open) if each.variable == name), None)
        if variable is None:
            self._read(path)
        elif variable.stands_for:
            self._named.paths[(*variable.stands_for, *path[1:])] = None

    def _members(self) -> Iterator[str]:
        """The names that follow with dots, but for that of a call."""
        while self._text(0) == "." and self._at + 1 < len(self._tokens):
            if self._tokens[self._at + 1].kind != "name" or self._text(2) == "(":
                return
            yield self._text(1)
            self._at += 2

    def _read(self, path: Path) -> None:
        if any(each.macro for each in self._open):
            self._named.repeated.add(path)
        if self._open and self._open[-1].has:
            self._named.optional.add(path)
        called = self._text(1) if self._text(0) == "." and self._text(2) == "(" else ""
        if called in MACROS:
            self._chain = path
        elif called == "size" or (self._open and self._open[-1].size and self._text(0) == ")"):
            self._named.counted.add(path)
        else:
            self._named.paths[path] = None

    def _member(self) -> None:
        """A name behind a dot that was not read with its operand: a call, or a part of a result."""
        name = self._text(0)
        if not _ends_operand(self._tokens[self._at - 2] if self._at > 1 else None):
            raise ValueError(f".{name} is a part of nothing; name what it is a part of.")
        self._at += 1
        if self._text(0) != "(":
            return
        if name in MACROS:
            self._comprehend(name)
        elif name not in METHODS:
            raise ValueError(f".{name}() is not called here; {_listed(METHODS | MACROS)} are.")
        else:
            self._at += 1
            self._enter(_Bracket())

    def _comprehend(self, name: str) -> None:
        if self._upon_macro or any(each.macro for each in self._open):
            raise ValueError(
                f".{name}() stands inside or upon another comprehension; say it with one."
            )
        variable = self._text(1)
        if self._at + 1 >= len(self._tokens) or self._tokens[self._at + 1].kind != "name":
            raise ValueError(f".{name}() names no entry; write for example .{name}(line, ...).")
        stands_for = self._chain
        if stands_for:
            self._iterated.append(stands_for)
        self._named.variables.add(variable)
        self._enter(_Bracket(macro=True, variable=variable, stands_for=stands_for))
        self._at += 2  # over the bracket and the variable, which is no operand

    def _enter(self, bracket: _Bracket) -> None:
        bracket.with_macro = self._upon_macro
        self._upon_macro, self._chain = False, None
        self._open.append(bracket)


def _ends_operand(token: Token | None) -> bool:
    return token is not None and (token.kind != "sign" or token.text in (")", "]"))


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names))
