"""What a handler of the core returns.

Responsible for: the type alone.
"""

from appliance.core.model.effects import Effect
from appliance.core.model.state import State

StepResult = tuple[State, tuple[Effect, ...]]
"""The new state, and the effects to obey in this order."""
