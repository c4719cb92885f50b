"""Hot words, and the line of each complaint."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.config.glossary import COMPLAINTS_MAX, TERMS_MAX, parse


def complaints(data: bytes) -> list[str]:
    return [str(problem) for problem in parse(data, "g.csv")[1]]


def test_terms_in_order_with_heading_marks_blank_lines_and_quotes() -> None:
    data = '\ufeffSource, target\r\nplatform,Gleis\r\n\r\n"Smith, J.",史密斯\r\n , \r\n'.encode()
    assert parse(data, "g.csv") == ({"platform": "Gleis", "Smith, J.": "史密斯"}, ())


def test_empty_file_has_no_terms() -> None:
    assert parse(b"", "g.csv") == ({}, ())


def test_every_complaint_with_its_line() -> None:
    data = f'a,b\nonly\nc;d\ne,\na,z\nf,g,h\n"i\nj",k\n{"x" * 201},y\n'.encode()
    assert complaints(data) == [
        "g.csv:2: must be two terms, source,target, not 1",
        "g.csv:3: must be two terms, source,target, not 1; use a comma, not a semicolon",
        "g.csv:4: one of the two terms is empty",
        "g.csv:5: this source term stood before",
        "g.csv:6: must be two terms, source,target, not 3",
        "g.csv:8: a term holds a line break or another control character",
        "g.csv:9: a term is longer than 200 characters",
    ]


def test_an_open_quotation_mark_ends_the_reading() -> None:
    terms, problems = parse(b'a,b\n"c,d\ne,f\n', "g.csv")
    assert terms == {"a": "b"}
    assert [str(problem) for problem in problems] == [
        "g.csv:3: is not CSV: a quotation mark is not closed, or stands in the wrong place"
    ]


def test_bytes_that_are_not_text() -> None:
    assert complaints(b"a,b\nc,\xff") == ["g.csv:2: is not UTF-8 text; save the file as CSV UTF-8"]


def test_a_thousand_terms_and_not_one_more() -> None:
    rows = [f"s{number},t{number}\n" for number in range(TERMS_MAX + 1)]
    assert complaints("".join(rows[:-1]).encode()) == []
    assert complaints("".join(rows).encode()) == ["g.csv:1001: there are more than 1000 terms"]


def test_a_file_of_another_kind_does_not_fill_the_screen() -> None:
    assert len(complaints(b"x\n" * 5000)) == COMPLAINTS_MAX


@given(st.binary(max_size=200) | st.text(alphabet='a,;"\n\r\0 ', max_size=60).map(str.encode))
def test_any_bytes_give_terms_or_complaints(data: bytes) -> None:
    terms, problems = parse(data, "g.csv")
    assert all(source and target for source, target in terms.items())
    assert all(problem.where.startswith("g.csv:") for problem in problems)


@pytest.mark.parametrize("term", ["می‌خواهم", "क्‍ष", "naïve café", "Çelik & Söhne"])
def test_terms_of_every_script_are_taken(term: str) -> None:
    assert parse(f"{term},x".encode(), "g.csv") == ({term: "x"}, ())


@pytest.mark.parametrize(
    "text",
    [
        'Rezeption, "reception desk"\nGleis, platform\n',
        'source;target\nRezeption;"reception desk"\nGleis;platform\n',
        "Rezeption\treception desk\t\t\nGleis\tplatform\t\t\n",
        "Rezeption,reception desk,,,\nGleis,platform,,,\n",
    ],
)
def test_what_spreadsheets_write(text: str) -> None:
    assert parse(text.encode(), "g.csv") == ({"Rezeption": "reception desk", "Gleis": "platform"}, ())
