"""Reading what a tariff says beside its prices: taxes, lines without answer supervision, budgets, a carrier's contract."""

from __future__ import annotations

from datetime import timedelta

from rating.contracts import REMINDER_DAYS, Contract
from rating.fields import Section
from rating.limits import ACTIONS, PERIODS, Budget
from rating.money import MILLIONTHS
from rating.rule_text import read_conditions
from rating.tariff import Unsupervised
from rating.taxes import Tax

TAX_LIMIT = 8
"""Most taxes on one call; the longest bills known have five."""

ALLOWANCE_LIMIT = 600
"""Longest time of dialling and ringing that is allowed for, in seconds."""

MINUTES_LIMIT = 10_000_000
"""Most included minutes of a contract in a month: two hundred lines that are busy all of it have fewer."""

REMINDER_LIMIT = 730
"""Most days before a contract's notice on which a reminder begins: two years, the length of contracts."""


def read_taxes(top: Section) -> tuple[Tax, ...]:
    """Read [tax], or [[tax]] for several."""
    if isinstance(top.values.get("tax"), list):
        sections = top.tables("tax")
    else:
        one = top.table("tax")
        sections = [] if one is None else [one]
    if len(sections) > TAX_LIMIT:
        top.note("tax", f"A tariff has at most {TAX_LIMIT} taxes.")
    taxes = [_tax(section) for section in sections[:TAX_LIMIT]]
    added = False
    for section, tax in zip(sections, taxes, strict=False):
        if tax.included and added:
            section.note("included", "Taxes that the prices contain stand before those that are added to them.")
        added = added or not tax.included
    return tuple(tax for tax in taxes if tax.share or tax.fixed)


def _tax(section: Section) -> Tax:
    tax = Tax(
        name=section.text("name", "tax"),
        share=section.percent("percent", 0),
        fixed=section.price("amount", 0),
        included=section.flag("included", False),
        compound=section.choice("on", ("net", "net and taxes"), "net") == "net and taxes",
    )
    if "percent" in section.values and "amount" in section.values:
        section.note("amount", "A tax is either a percentage or an amount for each call; write two taxes for both.")
    section.finish()
    return tax


def read_unsupervised(top: Section) -> tuple[Unsupervised, ...]:
    """Read [[unsupervised]]: lines on which the exchange cannot tell when a call was answered."""
    found = []
    for section in top.tables("unsupervised"):
        trunks = section.texts_or_text("trunks")
        if not trunks:
            section.note("trunks", 'Name the trunks or trunk groups, for example trunks = ["T01", "9*"]; "*" for all.')
        allowance = section.seconds("allowance_seconds", 0, ALLOWANCE_LIMIT)
        subtract = allowance if section.flag("subtract", False) else 0
        found.append(Unsupervised(trunks, allowance, section.seconds("subtract_seconds", subtract, ALLOWANCE_LIMIT)))
        section.finish()
    return tuple(found)


def read_budgets(top: Section, decimals: int) -> tuple[Budget, ...]:
    """Read [[budget]]: what those whom its conditions fit may spend."""
    found = []
    for section in top.tables("budget"):
        amount = section.price("amount", 0)
        minor, rest = divmod(amount * 10**decimals, MILLIONTHS)
        if rest or not minor:
            section.note("amount", f"amount is what may be spent, with at most {decimals} decimals.")
        warn_at = section.percent("warn_percent", 800_000)
        budget = Budget(
            name=section.text("name"),
            amount=minor,
            per=section.choice("per", PERIODS, "stay"),
            action=section.choice("action", ACTIONS, "warn"),
            warn_at=min(warn_at, MILLIONTHS),
            conditions=read_conditions(section),
        )
        section.finish()
        found.append(budget)
    return tuple(found)


def read_contract(top: Section, carrier: str, code: str) -> Contract | None:
    """Read [contract] of a cost tariff."""
    section = top.table("contract")
    if section is None:
        return None
    notice_by, ends = section.day("notice_by"), section.day("ends")
    days = section.whole("remind_days", REMINDER_DAYS, (0, REMINDER_LIMIT), "days")
    if notice_by is not None and ends is not None and ends < notice_by:
        section.note("ends", f"The contract ends on {ends}, before the last day for notice {notice_by}.")
    contract = Contract(
        carrier=carrier,
        tariff=code,
        line_rent=section.price("line_rent", 0),
        equipment_rent=section.price("equipment_rent", 0),
        commitment=section.price("commitment", 0),
        included_minutes=section.whole("included_minutes", 0, (0, MINUTES_LIMIT), "minutes"),
        notice_by=notice_by,
        remind_from=None if notice_by is None else notice_by - timedelta(days=days),
        ends=ends,
    )
    section.finish()
    return contract
