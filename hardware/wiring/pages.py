"""Fills the generated tables of the pages in hardware/: ``python -m hardware.wiring.pages``.

Responsible for: which table stands between which marks. Must not: write a word outside of them.
"""

import re
from pathlib import Path

from appliance.config.pins import PinMap, packaged
from hardware.wiring import budget, header, letters
from hardware.wiring.parts import BUILDS, BY_NAME, TO_BE_CHOSEN, of_build, shipped

ROOT = Path(__file__).resolve().parents[2]


def clashes(pins: PinMap) -> str:
    """The boards that want the same pins."""
    rows = [f"| {clash.board} | {', '.join(map(str, clash.bcm))} | {clash.do} |" for clash in pins.clashes]
    return "\n".join(["| board | GPIO | what to do |", "|---|---|---|", *rows])


def shopping(build: str) -> str:
    """What to buy for a build."""
    rows = []
    total = 0.0
    for part in sorted(of_build(shipped(), build).values(), key=lambda part: (not part.drawn, part.ref)):
        total += part.price_usd * part.quantity
        number = {BY_NAME: "", TO_BE_CHOSEN: ", number to be chosen"}.get(part.number, f" {part.number}")
        maker = TO_BE_CHOSEN if part.maker == TO_BE_CHOSEN else part.maker + number
        note = "; ".join(word for word in (part.note, part.alternatives and f"or: {part.alternatives}") if word)
        rows.append(f"| {part.ref} | {part.quantity} | {part.part} | {part.role} | {maker} | {note} |")
    head = ["| ref | no. | part | for | maker and number | remarks |", "|---|---|---|---|---|---|"]
    return "\n".join([*head, *rows, "", f"Together about {total:.0f} US dollars, by the estimates in the list."])


def blocks() -> dict[tuple[str, str], str]:
    """(page, mark) -> what stands there."""
    money = budget.shipped()
    found = {
        ("hardware/wiring/README.md", "pins"): header.table(packaged()),
        ("hardware/wiring/README.md", "clashes"): clashes(packaged()),
        ("hardware/power.md", "loads"): budget.loads_table(money),
        ("hardware/power.md", "totals"): budget.totals_table(money),
        ("hardware/accessibility.md", "letters"): letters.table(),
    }
    return found | {("hardware/parts.md", build): shopping(build) for build in BUILDS}


def filled(text: str, mark: str, content: str) -> str:
    """The page with the content between its marks. ``ValueError`` where there are none."""
    begin, end = f"<!-- {mark} -->", f"<!-- /{mark} -->"
    if text.count(begin) != 1 or text.count(end) != 1:
        raise ValueError(f"the page has no {begin} … {end}")
    return re.sub(
        f"{re.escape(begin)}.*?{re.escape(end)}", lambda _: f"{begin}\n{content}\n{end}", text, flags=re.DOTALL
    )


def main() -> None:
    """All of them."""
    for (page, mark), content in blocks().items():
        path = ROOT / page
        path.write_text(filled(path.read_text(encoding="utf-8"), mark, content), encoding="utf-8")


if __name__ == "__main__":
    main()
