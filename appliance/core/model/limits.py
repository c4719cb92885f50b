"""The figures the core decides by, in one place, so that a test can scale them.

Responsible for: names, units and defaults; each default cites where it comes from.
Must not: hold settings of the operator (``state.Setup``).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """All in milliseconds unless the name says otherwise."""

    # Dialling: appliance/workers/connection/README.md#dialling. The service allows 10 connects a minute
    # (appliance/protocol/README.md#11-limits); we plan for 4.
    dial_window_ms: int = 60_000
    dials_in_window: int = 4
    redial_tokens: int = 2
    redial_token_every_ms: int = 30_000
    redial_delays_ms: tuple[int, ...] = (0, 500, 1_000, 2_000, 4_000, 8_000, 15_000)
    redial_jitter_percent: int = 20
    # After "rate limit": appliance/protocol/README.md#10-errors-and-close-codes
    busy_delays_ms: tuple[int, ...] = (0, 4_000, 8_000, 15_000, 30_000)
    slow_delays_ms: tuple[int, ...] = (60_000, 300_000, 900_000)
    limited_delays_ms: tuple[int, ...] = (60_000, 120_000, 300_000)
    # Life of a line: appliance/protocol/README.md#3-handshake-and-life-cycle and
    # appliance/protocol/README.md#45-sessionfinish.
    created_within_ms: int = 10_000
    configured_within_ms: int = 10_000
    finished_within_ms: int = 15_000
    error_counts_ms: int = 3_000  # an error explains a close that follows it within this
    warm_ms: int = 120_000  # appliance/core/README.md#directions-and-lines: a line without use
    lines_warm: int = 2
    lines_at_most: int = 4
    single_gap_ms: int = 300  # our guess: a service that takes one line must have seen the last one go
    settle_ms: int = 1_000  # a language is dialled when the choice has stood this long, or at the first speech
    # Rotation, before the service's own limits (appliance/protocol/README.md#11-limits): in a pause from the first
    # pair on, by force at
    # the second.
    rotate_after_ms: int = 100 * 60_000
    rotate_tokens: int = 40_000
    rotate_by_force_ms: int = 110 * 60_000
    rotate_by_force_tokens: int = 44_000
    # Faults: appliance/workers/connection/README.md#map-of-failures.
    fault_after_ms: int = 5_000
    # The end: appliance/config/README.md#runs-that-have-an-end.
    answered_within_ms: int = 120_000  # microphone-ends
    drained_within_ms: int = 10_000
    stop_finished_within_ms: int = 8_000
    stop_drained_within_ms: int = 5_000
    microphone_closes_within_ms: int = 1_000
    # Keys: appliance/core/README.md#keys.
    debounce_ms: int = 20
    tap_ms: int = 400
    power_hold_ms: int = 2_000
    talk_warned_ms: int = 110_000
    talk_stuck_ms: int = 120_000
    menu_hold_ms: int = 800
    menu_open_ms: int = 8_000
    language_shown_ms: int = 3_000
    sentence_ends_ms: int = 1_500  # our guess: a key pressed so soon behind speech ends it; later it answers a voice
    found_shown_ms: int = 8_000  # as long as the menu waits
    # Between guests: appliance/core/README.md#between-guests-kiosk.
    visit_hold_ms: int = 2_000  # the knob's push held so long
    visit_quiet_ms: int = 3 * 60_000
    visit_countdown_ms: int = 15_000
    visit_leaves_within_ms: int = 20_000  # our guess: a sentence, its answer and the end of the line
    kept_shown_ms: int = 8_000
    idle_each_ms: int = 4_000  # a language on the screen of a kiosk that waits
    # Self-test at the box: appliance/core/README.md#keys.
    repeat_waits_ms: int = 300  # our choice: so long REPEAT waits for LANGUAGE, with which it means something else
    check_hold_ms: int = 3_000
    check_refused_ms: int = 4_000
    check_page_ms: int = 4_000
    # Deaf line: appliance/core/README.md#nothing-said-is-lost.
    deaf_ms: int = 20_000
    # Sound: appliance/core/README.md#keys and appliance/core/README.md#what-is-heard.
    echo_ms: int = 400
    cue_echo_ms: int = 250
    your_turn_shown_ms: int = 3_000
    repeat_again_ms: int = 10_000
    volume_step: int = 5  # per cent; 2 dB
    volume_shown_ms: int = 2_000
    # The camera: appliance/core/README.md#keys and appliance/core/README.md#pictures.
    camera_hold_ms: int = 500  # our guess: held for longer than a press, so more than one picture is meant
    # Deafness: appliance/core/README.md#nothing-said-is-lost.
    deaf_again_ms: int = 5 * 60_000
    deaf_restart_helps_ms: int = 30 * 60_000  # deaf again so soon after a restart: it did not help
    # Reading: appliance/display/README.md#6-subtitle-behaviour, and BBC and Netflix behind it. Characters a second, by
    # script.
    reading_cps: int = 17
    reading_cps_of: tuple[tuple[str, int], ...] = (("zh", 9), ("yue", 9), ("ja", 4))
    sentence_ms: int = 833  # a sentence takes 5/6 s to read, however short
    reading_behind_ms: int = 8_000  # our guess: a reader who is further behind reads faster, and the text runs
    reading_tick_ms: int = 250  # so often rows may move while a reader is behind: a row of huge letters takes longer
    # ScreenPower of the panels: appliance/core/README.md#what-is-seen; the figures are our guess.
    dim_ms: int = 3 * 60_000
    sleep_ms: int = 10 * 60_000
    kiosk_dim_ms: int = 5 * 60_000
    kiosk_sleep_ms: int = 60 * 60_000  # a guest must see where to press
    bright_level: int = 0xCF  # luma opens the SSD1306 and SSD1309 with it
    dim_level: int = 0x10
    # Cost: appliance/core/README.md#what-it-costs.
    cap_pause_ms: int = 1_000  # more than the 800 that end a turn; what was said until then is answered
    cap_by_force_ms: int = 120_000  # our choice: "speech" that never pauses is noise, and a cap is a cap
    low_shown_ms: int = 5_000
    still_there_ms: int = 30_000
    # Set-up by a code; the figures are our guess.
    code_hold_ms: int = 3_000  # as long as the self-test's keys
    code_look_ms: int = 3 * 60_000  # a camera does not look for ever
    code_offer_ms: int = 2 * 60_000  # somebody reads each page, and asks a colleague
    code_seen_ms: int = 700  # no press before that can be an answer to a page
    code_told_ms: int = 6_000
    code_applied_within_ms: int = 60_000  # the worker gives up before
    # Memory.
    sentences: int = 16  # a replay of 30 s may bring as many at once, and each must be seen
    turns: int = 64
    captions: int = 200  # sentences of one visit: a quarter of an hour of talk
    captions_back_ms: int = 15_000  # so long without a turn of the knob, and the newest words stand again
