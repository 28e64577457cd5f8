"""One coverage-guided search, as a process: python -m tests.fuzz.search TARGET [options of libFuzzer] [folders].

The packages are instrumented as they are imported, so nothing of ours may be imported before.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Search until libFuzzer's own options say that it is enough."""
    import atheris

    with atheris.instrument_imports(
        include=["protocols", "rating", "pms_adapters", "gateway.config", "gateway.settle"]
    ):
        from tests.fuzz.laws import TARGETS

    target = TARGETS[sys.argv[1]]
    atheris.Setup([sys.argv[0], *sys.argv[2:]], target.check)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
