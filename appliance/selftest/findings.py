"""What one check came to, and how it is told.

Responsible for: one row of the table for each check, and the exit code of all of them.
Must not: check anything.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from appliance.errors import ADVICE, DeviceError, FaultCode, Kind

EXIT_FAILED = 69
PASS = "PASS"  # noqa: S105 - the word of the table
TOLD = "-"


@dataclass(frozen=True, slots=True)
class Finding:
    """A row: what was checked, a fault's code where it failed, and a sentence.

    ``told``: it only tells something; nothing can fail there. Every row with a code is a required one. ``says``: in
    the place of what the code says otherwise, where it has several causes.
    """

    what: str
    words: str
    code: FaultCode | None = None
    told: bool = False
    says: str = ""

    @property
    def passed(self) -> bool:
        """Whether it was checked and works."""
        return self.code is None and not self.told

    def __str__(self) -> str:
        mark = self.code if self.code is not None else TOLD if self.told else PASS
        words = self.words
        if self.code is not None:
            advice = ADVICE[self.code]
            says = self.says or advice.says
            words = f"{says}: {words}; {advice.do}" if words else f"{says}; {advice.do}"
        return f"{self.what:<11} | {mark:<4} | {words}"


HEADING = f"{'what':<11} | {'':<4} | words and advice"


def exit_code(findings: Iterable[Finding]) -> int:
    """0, or 69 where a required row failed."""
    return EXIT_FAILED if any(finding.code is not None for finding in findings) else 0


def device_code(error: DeviceError, absent: FaultCode, busy: FaultCode) -> FaultCode:
    """The code of a device that failed, as the box itself would raise it."""
    return busy if error.kind is Kind.BUSY else absent
