"""What every room of the core speaks of: state, events, effects, views, limits, and questions about the state."""
