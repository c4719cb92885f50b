"""Turns, subtitles, captions, the pace of reading, and languages."""
