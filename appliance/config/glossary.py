"""The hot words: a CSV file of ``source,target`` terms.

Responsible for: reading it strictly, with the line of each complaint.
Must not: know the service, or put a term into a log line.
"""

import csv
import io

from appliance.config.rules import one_line
from appliance.errors import Problem

TERMS_MAX = 1000  # appliance/protocol/README.md#41-sessionupdate: at most 1000 are advised
TERM_MAX_LENGTH = 200
FILE_MAX_BYTES = 1_000_000
COMPLAINTS_MAX = 50  # a file of another kind would fill the screen otherwise


def parse(data: bytes, name: str) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """(terms in the order of the file, problems). ``name`` is the file's name for the complaints.

    UTF-8, with or without a byte order mark; a first line ``source,target`` is a heading; empty lines are skipped.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return {}, (Problem(f"{name}:{line}", "is not UTF-8 text; save the file as CSV UTF-8"),)
    terms: dict[str, str] = {}
    problems: list[Problem] = []
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), skipinitialspace=True, strict=True)
    try:
        for cells in rows:
            row = _without_empty_end(cells)
            heading = rows.line_num == 1 and [cell.strip().casefold() for cell in row] == ["source", "target"]
            complaint = "" if heading or not any(cell.strip() for cell in row) else _take(row, terms)
            if complaint:
                problems.append(Problem(f"{name}:{rows.line_num}", complaint))
            if len(terms) > TERMS_MAX or len(problems) >= COMPLAINTS_MAX:
                break
    except csv.Error:
        sentence = "is not CSV: a quotation mark is not closed, or stands in the wrong place"
        problems.append(Problem(f"{name}:{max(rows.line_num, 1)}", sentence))
    if len(terms) > TERMS_MAX:
        problems.append(Problem(f"{name}:{rows.line_num}", f"there are more than {TERMS_MAX} terms"))
    return terms, tuple(problems)


def _separator(text: str) -> str:
    """What the spreadsheet put between its columns: the first line that has any of them tells."""
    for line in text.splitlines():
        for separator in (",", ";", "\t"):
            if separator in line:
                return separator
    return ","


def _without_empty_end(row: list[str]) -> list[str]:
    """A spreadsheet writes columns that were once used, empty."""
    while len(row) > 2 and not row[-1].strip():
        row = row[:-1]
    return row


def _take(row: list[str], terms: dict[str, str]) -> str:
    """Put one row into ``terms``, or say what is wrong with it."""
    if len(row) != 2:
        hint = "; use a comma, not a semicolon" if len(row) == 1 and ";" in row[0] else ""
        return f"must be two terms, source,target, not {len(row)}{hint}"
    source, target = (cell.strip() for cell in row)
    if not source or not target:
        return "one of the two terms is empty"
    if max(len(source), len(target)) > TERM_MAX_LENGTH:
        return f"a term is longer than {TERM_MAX_LENGTH} characters"
    if not one_line(source + target):
        return "a term holds a line break or another control character"
    if source in terms:
        return "this source term stood before"
    terms[source] = target
    return ""
