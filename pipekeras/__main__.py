"""`python -m pipekeras` is the command `pipekeras`."""

import sys

from pipekeras.cli import main

sys.exit(main())
