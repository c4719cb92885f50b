"""``python -m appliance`` is ``dragoman``."""

import sys

from appliance.cli import main

sys.exit(main())
