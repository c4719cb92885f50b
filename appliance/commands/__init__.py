"""One file for each command of ``dragoman``.

Responsible for: arguments, output and exit codes. Must not: hold logic that a test cannot reach without a terminal.
"""
