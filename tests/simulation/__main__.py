"""`python -m tests.simulation`: see prove.py."""

import sys

from tests.simulation.prove import main

if __name__ == "__main__":
    sys.exit(main())
