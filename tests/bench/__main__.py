"""`python -m tests.bench [NAME ...]`: run benches and print their tables. Names: intake, latency, growth, reading,
posting, soap, whole, traffic, safety, enduring; without one, all of them in this order. BENCH_FULL=1 runs the long forms, BENCH_DIR names the disk.
"""

from __future__ import annotations

import sys

from tests.bench.benches import BENCHES, heading, report


def main(names: list[str]) -> int:
    """Run these benches; 0 whatever they found, 2 for a name that is none."""
    if unknown := [name for name in names if name not in BENCHES]:
        print(f"there is no bench {unknown[0]!r}; there are {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    print(heading())
    for name in names or BENCHES:
        print(report(name), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
