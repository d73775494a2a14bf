"""`python -m services.tracker`."""

import sys

from services.shared.errors import HandoffError
from services.tracker.app import main

try:
    sys.exit(main())
except HandoffError as error:
    print(error, file=sys.stderr)
    sys.exit(2)
