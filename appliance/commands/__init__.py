"""The commands of ``dragoman``, one file each: ``add_arguments(parser)`` and ``run(args) -> int`` (the exit code).

Responsible for: what a command prints and how it ends.
Must not: hold logic that another command or the box itself needs.
"""
