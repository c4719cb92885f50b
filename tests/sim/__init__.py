"""The deterministic simulator: real core, spool, codec and emulator under one virtual clock, seeded by one number."""
