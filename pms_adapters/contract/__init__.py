"""What every PMS adapter must do, as a suite that anybody can run over theirs.

An adapter is put on a `Stage`: itself, a listener, and a PMS at the other end of the wire that obeys the suite (it
comes, goes, says yes, says no, keeps silent, answers late). Time moves only when the suite says so. Each clause is a
function of a fresh stage; `clauses_for` gives those that a stage's abilities allow. A stand-in that can only say yes
is held to fewer clauses than a real link, which must show `LEAST` (or `LEAST_UNCONFIRMED`, if its receiver never
acknowledges) and whatever else its PMS can do.

    @pytest.mark.parametrize("clause", clauses_for(MyStage.abilities), ids=lambda clause: clause.__name__)
    def test_my_adapter_keeps_the_contract(clause: Clause) -> None:
        perform(clause, MyStage())

The clauses are in `links` (how a link comes and goes), `charges` (what may be said of a charge), `unconfirmed` (the same
where nobody acknowledges) and `folios` (what may be read back). The suite uses plain assertions and no test framework.
It never looks inside an adapter. docs/pms/contract.md shows how to prove one.
"""

from __future__ import annotations

from pms_adapters.contract import charges, folios, links, unconfirmed
from pms_adapters.contract.stage import (
    LEAST,
    LEAST_UNCONFIRMED,
    RECOVERY,
    STOP_LIMIT,
    Ability,
    Attempt,
    Clause,
    FolioStage,
    Mood,
    Recorder,
    Stage,
    a_posting,
    clauses_for,
    perform,
)

#: Importing them writes their clauses into the suite, in this order.
CHAPTERS = (links, charges, unconfirmed, folios)

__all__ = (
    "LEAST",
    "LEAST_UNCONFIRMED",
    "RECOVERY",
    "STOP_LIMIT",
    "Ability",
    "Attempt",
    "Clause",
    "FolioStage",
    "Mood",
    "Recorder",
    "Stage",
    "a_posting",
    "clauses_for",
    "perform",
)
