"""``python -m appliance`` is ``dragoman``.

Responsible for: that alone. Must not: do anything else.
"""

import sys

from appliance.cli import main

sys.exit(main())
