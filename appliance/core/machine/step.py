"""The machine: one event in, a new state and orders out.

Responsible for: sending each event to its handler, the fence, and settling afterwards.
Must not: read a clock, wait, log, or touch the world. ``now`` is an argument, in milliseconds.

The fence: news of a line that is no longer in ``State.lines`` changes nothing. It stands in one place, ``_line_news``.
"""

from typing import assert_never

from appliance.core.devices import camera, playback
from appliance.core.input import keys
from appliance.core.link import connection
from appliance.core.machine.reconcile import reconcile
from appliance.core.model.codes import CodeApplied, CodeRead, CodeRefused
from appliance.core.model.effects import Effect, Note
from appliance.core.model.events import (
    Booted,
    CameraTurned,
    CheckEnded,
    CheckTold,
    DateTold,
    DeviceFailed,
    DeviceReady,
    Event,
    KeyEdge,
    LevelMetered,
    LineConfigured,
    LineCreated,
    LineFinished,
    LineLost,
    LineMetered,
    LineOpened,
    LineReached,
    LineTroubled,
    MicrophoneClosed,
    MicrophoneEnded,
    MicrophoneJudged,
    PlaybackEnded,
    PlaybackStarted,
    ReplayReported,
    ServiceComplained,
    SoundDrained,
    SoundSent,
    SourceArrived,
    StopRequested,
    TextArrived,
    Tick,
    TroubleReported,
    TurnAnswered,
    TurnOpened,
    UsageCounted,
    VoiceActivityChanged,
    WorkerSilent,
)
from appliance.core.model.fast_replace import replace
from appliance.core.model.limits import Limits
from appliance.core.model.modes import Mode
from appliance.core.model.queries import line_for, live
from appliance.core.model.state import ScreenPower, State, Wanted
from appliance.core.model.step_result import StepResult
from appliance.core.process import device_health, microphone_health, shutdown
from appliance.core.screen import brightness
from appliance.core.session import code_setup, cues, guest_session, selftest, usage_caps
from appliance.core.transcript import turns

LineEvent = (
    LineTroubled
    | LineReached
    | LineOpened
    | LineCreated
    | LineConfigured
    | TurnOpened
    | TextArrived
    | SourceArrived
    | TurnAnswered
    | UsageCounted
    | LineMetered
    | ServiceComplained
    | LineFinished
    | LineLost
)


def step(state: State, event: Event, now: int, limits: Limits) -> StepResult:
    """The state after ``event`` at ``now`` (ms), and the effects in the order in which they are to be obeyed."""
    before, was_stopping = state, state.stopping
    state, effects = _handled(state, event, now, limits)
    if isinstance(event, Booted):
        return state, effects  # settles at the next event: every run passes through standby
    why = state.why if state.stopping and not was_stopping else cause(event)  # a held key stops by way of a Tick
    state, more = reconcile(state, now, limits, why)
    effects = (*effects, *more)
    state, more = cues.choose_cue(before, state, effects, now, limits)
    effects = (*effects, *more)
    if more:  # the microphone may have to be muted for a tone
        state, more = reconcile(state, now, limits, why)
        effects = (*effects, *more)
    state, more = brightness.update_brightness(before, state, effects, now, limits)
    return state, (*effects, *more)


def cause(event: Event) -> str:
    """The event in a few words, for the log and the journal. Never what was said."""
    match event:
        case KeyEdge(key, down):
            return f"key {key} {'down' if down else 'up'}"
        case LineLost(number, loss, status):
            return f"line {number} lost: {loss}{f' {status}' if status else ''}"
        case StopRequested(why):
            return why
        case ReplayReported(direction, unanswered_ms):
            return f"{direction} unanswered {unanswered_ms} ms"
        case VoiceActivityChanged():
            return "speech heard"
        case _:
            return "".join(f" {c.lower()}" if c.isupper() else c for c in type(event).__name__).strip()


def _handled(state: State, event: Event, now: int, limits: Limits) -> StepResult:
    match event:
        case Tick():
            return _ticked(state, now, limits)
        case StopRequested(why):
            return keys.stopped(state, why, now, limits), ()
        case KeyEdge(key, down, at):
            return keys.edge(state, key, down, at, now, limits)
        case DeviceReady(device):
            return device_health.device_ready(state, device)
        case DeviceFailed(device, kind, detail):
            return device_health.device_failed(state, device, kind, detail, now)
        case WorkerSilent(device):
            return device_health.worker_silent(state, device, now)
        case MicrophoneClosed():
            return replace(state, closing_at=None), ()
        case MicrophoneEnded():
            return replace(state, ended=True, capture=False, closing_at=None, speech=False, level=0), ()
        case MicrophoneJudged(health, percent):
            return microphone_health.update_microphone_health(state, health, percent, now, limits)
        case CameraTurned(on):
            return camera.powered(state, on), ()
        case LevelMetered(level):
            return replace(state, level=level), ()
        case VoiceActivityChanged(active):
            return _speech_heard(state, active, now), ()
        case ReplayReported():
            state = device_health.replay_reported(state, event, now)
            return (
                connection.deaf(state, event.direction, now, limits) if event.deaf_ms >= limits.deaf_ms else (state, ())
            )
        case PlaybackStarted():
            return turns.speech_sounded(playback.began(state, event.line, event.turn), event)
        case PlaybackEnded():
            state = playback.ended(state, event.line, event.turn, now, limits)
            if event.line != playback.CUE_LINE:  # what the box says by itself is nobody's visit
                state = guest_session.mark_activity(state, now)
            return turns.speech_ended(state, event)
        case SoundDrained():
            return shutdown.drained(state, now), ()
        case SoundSent(ms):
            return usage_caps.sent(state, ms), ()
        case DateTold(day, sure):
            return usage_caps.dated(state, day, sure=sure)
        case TroubleReported(code, detail):
            return device_health.trouble_reported(state, code, detail, now)
        case CheckTold():
            return selftest.told(state, event, now, limits), ()
        case CheckEnded():
            return selftest.ended(state), ()
        case CodeRead() | CodeRefused() | CodeApplied():
            return _code_news(state, event, now, limits)
        case Booted():
            return _booted(state, event.private, now)
        case _:
            return _line_news(state, event, now, limits)


def _code_news(state: State, event: CodeRead | CodeRefused | CodeApplied, now: int, limits: Limits) -> StepResult:
    match event:
        case CodeRead():
            return code_setup.read(state, event, now, limits)
        case CodeRefused(why):
            return code_setup.refused(state, why, now, limits), ()
        case CodeApplied():
            return code_setup.answered(state, event, now, limits), ()
        case _:  # pragma: no cover - the type checker proves it
            assert_never(event)


def _line_news(state: State, event: LineEvent, now: int, limits: Limits) -> StepResult:
    source = state.line(event.line)
    if source is None:
        return state, ()
    match event:
        case LineTroubled(_, loss, detail):
            return connection.troubled(state, source, loss, detail, now, limits)
        case LineReached():
            return connection.reached(state, source, now, limits)
        case LineOpened():
            return connection.opened(state, source, now)
        case LineCreated():
            return connection.created(state, source, now)
        case LineConfigured():
            return connection.configured(state, source, now)
        case TurnOpened():
            return turns.turn_opened(state, source, event, now, limits)
        case TextArrived():
            return turns.text_arrived(state, source, event, now, limits)
        case SourceArrived():
            return turns.source_arrived(state, source, event, now, limits)
        case TurnAnswered():
            return turns.turn_answered(state, event)
        case UsageCounted(_, input_tokens, output_tokens):
            return usage_caps.counted(state, source, input_tokens + output_tokens), ()
        case LineMetered(_, tokens):
            return usage_caps.metered(state, source, tokens), ()
        case ServiceComplained(_, code, message, of_transcript):
            return connection.complained(state, source, code, message, now, limits, of_transcript=of_transcript)
        case LineFinished():
            return connection.finished(state, source, now, limits)
        case LineLost(_, loss, status, detail):
            return connection.lost(state, source, loss, status, detail, now, limits)
        case _:  # pragma: no cover - the type checker proves it
            assert_never(event)


def _booted(state: State, private: bool, now: int) -> StepResult:
    """The privacy slide has been read, and nothing else has been opened yet."""
    if state.mode is not Mode.STARTING:
        return state, ()
    wanted = Wanted.INTERPRETING if state.setup.at_once else Wanted.NOTHING
    note = Note("mode", (("from", str(Mode.STARTING)), ("to", str(Mode.STANDBY)), ("why", "booted")))
    state = usage_caps.mark_activity(keys.slide_read(state, private), now)
    state = code_setup.booted(state, now)
    return replace(state, wanted=wanted, mode=Mode.STANDBY, why="booted", screen_power=ScreenPower(since=now)), (note,)


def _ticked(state: State, now: int, limits: Limits) -> StepResult:
    effects: tuple[Effect, ...] = ()
    for part in (keys.ticked, connection.overdue, guest_session.ticked, selftest.ticked, code_setup.ticked):
        state, more = part(state, now, limits)
        effects += more
    return state, effects


def _speech_heard(state: State, active: bool, now: int) -> State:
    heard = (active or state.speech) and not state.input_muted
    state = replace(state, speech=active, idle=state.idle and not active)
    if not live(state):
        return state  # voices in the room: no key is down
    state = guest_session.mark_activity(replace(state, spoke_at=now if heard else state.spoke_at), now)
    source = line_for(state, state.direction)
    return state if source is None else connection.changed(state, replace(source, used_at=now))
