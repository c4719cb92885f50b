"""From the state to the view that is shown."""
