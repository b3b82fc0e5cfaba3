#!/usr/bin/env python3
"""Runs a command in a process that can never make memory executable.

usage: mdwe.py COMMAND [ARGUMENT ...]

The kernel (Linux 6.3 or later) refuses every mapping that is writable and executable, and every
change of a mapping to executable, here and in all processes that the command starts.
"""

import ctypes
import os
import sys

PR_SET_MDWE = 65
PR_MDWE_REFUSE_EXEC_GAIN = 1

if len(sys.argv) < 2:
    sys.exit(__doc__)
libc = ctypes.CDLL(None, use_errno=True)
if libc.prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0) != 0:
    sys.exit(f"mdwe.py: the kernel refuses: {os.strerror(ctypes.get_errno())}")
try:
    os.execvp(sys.argv[1], sys.argv[1:])
except OSError as error:
    sys.exit(f"mdwe.py: {sys.argv[1]}: {error.strerror}")
