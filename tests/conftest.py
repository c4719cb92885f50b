"""What holds for every test.

Responsible for: how Hypothesis draws its examples.
Must not: hold a fixture that only some folders need.
"""

from hypothesis import settings

# A change is judged by the same examples each time; `make soak` draws new ones (`--hypothesis-profile=roaming`).
settings.register_profile("steady", derandomize=True)
settings.register_profile("roaming", derandomize=False)
settings.load_profile("steady")
