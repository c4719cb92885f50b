"""The faults that can be set: what each does, and how sure the world is of it."""
