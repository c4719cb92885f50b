"""Where each key of a TOML file stands.

Responsible for: the line of every section and key of a source that ``tomllib`` has accepted.
Must not: judge the source. ``tomllib`` keeps no positions, so a light second pass over the tokens finds them.
"""

import re

Path = tuple[str, ...]

_WORD = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}'  # a text over several lines may end in up to two quotes of its own
    r'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\''
    r"|\#[^\n]*|[^\s\"'#\[\]{}=,.]+|.",
    re.DOTALL,
)


class _Index:
    """The walk over the tokens of one source."""

    def __init__(self) -> None:
        self.lines: dict[Path, int] = {}
        self.section: Path = ()
        self.current: Path = ()  # of the value that is being passed over
        self.open: list[Path | None] = []  # brackets of a value: the path of an inline table, None for an array
        self.parts: list[str] = []
        self.parts_line = 1

    def note(self, path: Path) -> None:
        """Remember the line of a path and of everything above it that has none yet."""
        for end in range(1, len(path) + 1):
            self.lines.setdefault(path[:end], self.parts_line)

    def part(self, word: str, line: int) -> None:
        """One word of a dotted key."""
        if not self.parts:
            self.parts_line = line
        self.parts.append(word[1:-1] if word[0] in "\"'" else word)

    def header(self, word: str, line: int) -> str:
        """Inside ``[section]``."""
        if word == "\n":
            self.section = tuple(self.parts)
            self.note(self.section)
            self.parts = []
            return "key"
        if not word.isspace() and word not in "[]." and word[0] != "#":
            self.part(word, line)
        return "header"

    def key(self, word: str, line: int) -> str:
        """Before ``=``."""
        if word == "[":
            return "header"
        if word == "}":  # of an empty inline table
            return self.value(word)
        if word == "=":
            above = self.open[-1] if self.open and self.open[-1] is not None else self.section
            self.current = above + tuple(self.parts)
            self.note(self.current)
            self.parts = []
            return "value"
        if not word.isspace() and word not in ",." and word[0] != "#":
            self.part(word, line)
        return "key"

    def value(self, word: str) -> str:
        """After ``=``: pass over, but look into inline tables."""
        if word == "{":
            self.open.append(self.current)
            return "key"
        if word == "[":
            self.open.append(None)
        elif word in ("]", "}") and self.open:
            self.current = self.open.pop() or self.current
        elif word == ",":
            return "key" if self.open and self.open[-1] is not None else "value"
        elif word == "\n" and not self.open:
            return "key"
        return "value"


def line_index(source: str) -> dict[Path, int]:
    """The line, counted from 1, of every path (``("service", "url")``) of a valid TOML source.

    A path that stands several times (``[[key]]``) has its first line. Keys written with escapes are not found.
    """
    index = _Index()
    state, line = "key", 1
    for word in _WORD.findall(source + "\n"):
        if state == "header":
            state = index.header(word, line)
        elif state == "key":
            state = index.key(word, line)
        else:
            state = index.value(word)
        line += word.count("\n")
    return index.lines
