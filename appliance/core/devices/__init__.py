"""Playback and camera as the core sees them."""
