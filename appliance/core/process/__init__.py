"""The process and its devices: their health, a deaf microphone, and how a run ends."""
