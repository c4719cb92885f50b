"""The state machine: one step, reconciling, deadlines and invariants."""
