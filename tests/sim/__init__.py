"""The deterministic simulator: real core, replay buffer, codec and emulator under one virtual clock, seeded by one
number."""
