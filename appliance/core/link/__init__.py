"""Connections of the core: their life, when to dial again, rotation, and what a loss means."""
