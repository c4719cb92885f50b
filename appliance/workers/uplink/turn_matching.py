"""Which local utterance a turn of the service is about, and how far its answer reaches.

Responsible for: matching by position where the service gives one, else by order.
Must not: keep or release anything (``ack_tracker.py`` does).

Indexes count samples at 16 kHz; ``silence`` is the pause, in samples, by which the service cuts turns.
"""

from appliance.workers.uplink.ack_records import LineEntry, TurnEntry, Utterance


def utterance_of(utterances: list[Utterance], silence: int, line: LineEntry, turn: TurnEntry) -> Utterance | None:
    """The local utterance a turn is about: the last that lies at least half within it, else the first it touches.

    A turn without a position is about the oldest that was sent and that no other turn is about.
    """
    if turn.start is None:
        if any(u is turn.about for u in utterances):
            return turn.about
        taken = [id(other.about) for other in line.turns.values() if other is not turn]
        return next((u for u in utterances if u.start < line.sent and id(u) not in taken), None)
    # While the service still hears, the ear here may begin a little later, and pause before.
    stop = max(turn.start + (silence if turn.stop is None else 1), turn.stop or 0)
    touching = [u for u in utterances if u.start < stop and u.end > turn.start - silence]
    within = [u for u in touching if u.end > turn.start]
    inside = [u for u in within if 2 * (min(stop, u.end) - max(turn.start, u.start)) >= u.end - u.start]
    return next(iter((inside[-1:] if turn.stop else []) or within[:1] or touching[:1]), None)


def answered_upto(utterances: list[Utterance], silence: int, release: int, line: LineEntry, turn: TurnEntry) -> int:
    """The index up to which this turn answers; ``release``: what is answered already."""
    own = utterance_of(utterances, silence, line, turn) or turn.about
    if turn.stop is not None:
        end = turn.stop
    elif turn.stop_sent is not None:
        end = turn.stop_sent
    else:
        oldest = own or next((u for u in utterances if u.start < line.sent), None)
        end = min(oldest.end, line.sent) if oldest else release
    begun = own.end if own is not None else turn.start
    if begun is not None:
        later = next((u for u in utterances if u.start >= begun + silence), None)
        end = min(end, later.start) if later else end
    return end
