"""The command that the tests run."""

import os

COMMAND = os.environ.get("ISOLET_COMMAND", "isolet")
