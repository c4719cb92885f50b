"""From received sound to the loudspeaker: jitter buffer, tempo, earcons, the voice of the box itself."""
