"""Real sound: microphones, loudspeakers and volume controls through ALSA (pyalsaaudio 0.10 or 0.11).

Must not: be imported by anything but the factory and the commands. pyalsaaudio is loaded in ``library.load`` alone.
"""
