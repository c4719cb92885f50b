"""When a line counts as deaf: it takes speech and answers nothing, however well it answers pings.

Responsible for: the rule of appliance/core/README.md#nothing-said-is-lost for one line.
Must not: keep anything, or replace the line (the core does).

Marks of speech and transcripts are no answers: a service was seen that hears every utterance and answers none
(appliance/protocol/README.md#25-what-the-field-has-said-since-read-in-november-2026).
"""

from appliance.protocol.pcm import samples_of_ms
from appliance.workers.uplink.ack_records import LineEntry, Utterance

SHORT_MS = 300  # less speech than this needs no answer
DEAF_SPEECH_MS = 5_000
UNANSWERED_MS = 20_000
MOST_UNANSWERED_TURNS = 2  # in a row


def deaf_since(line: LineEntry, utterances: list[Utterance], release: int, at: int) -> int:
    """Since when the line has given nothing back that it should have, in ms; ``at`` where nothing is due."""
    if line.unanswered_turns >= MOST_UNANSWERED_TURNS:
        return at - UNANSWERED_MS
    if line.speech_since_answer >= samples_of_ms(UNANSWERED_MS) and at - line.answer_due_from >= UNANSWERED_MS:
        return line.answer_due_from
    # A service that hangs within a turn says nothing to it, however little was said; where nobody waits for that
    # turn any more, it shows by what else is not answered.
    if line.open_turns():
        return line.last_reply_at
    enough = samples_of_ms(SHORT_MS if line.hangs_unwanted() or not line.replied else DEAF_SPEECH_MS)
    owes = any(line.number in u.sent_on and u.beyond(release) >= enough for u in utterances)
    if not owes and line.speech_since_back < samples_of_ms(DEAF_SPEECH_MS):
        return at
    return line.asked_at if line.speech_since_back else line.last_reply_at
