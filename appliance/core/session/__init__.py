"""What spans several turns: guest sessions, caps on use, the self-test, and cues."""
