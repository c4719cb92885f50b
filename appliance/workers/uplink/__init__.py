"""From the microphone to the replay buffer: capture, the gates, what was sent and what was acknowledged."""
