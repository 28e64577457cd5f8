"""How a store came to its present schema: one step a version, in order, each in the transaction of the upgrade.

Step n makes schema n out of schema n - 1. A released step is never edited; a change of the schema is a new step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from gateway.store.migrations import step_1, step_2, step_3, step_4, step_5, step_6, step_7

Step = Callable[[Connection], None]

STEPS: Sequence[Step] = (
    step_1.upgrade,
    step_2.upgrade,
    step_3.upgrade,
    step_4.upgrade,
    step_5.upgrade,
    step_6.upgrade,
    step_7.upgrade,
)


def upgrade_steps(version: int) -> Sequence[Step]:
    """The steps from schema `version` to the newest."""
    return STEPS[version:]
