"""Which column is the amount without tax of a line: the header gives candidates, the values decide.

Without tax or with it, of the line or of the whole invoice repeated on each of its lines, with its discount or
not: what the values cannot tell is left to the user. Source: section E.1 of the formats.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from capclient.proposal.draft import Choice
from capclient.proposal.sample import Fit, Sample
from capclient.readers.proposals import Content, Proposal, header_key
from capclient.readers.raw import Note

_WITHOUT = re.compile(
    r"\b(?:ht|hors tax\w*|non taxe|ca|chiffre d affaires|net sales|sales|revenue|turnover|net amount|untaxed|excl\w*)\b"
)
_WITH = re.compile(r"\b(?:ttc|taxes comprises|net a payer|total signe|total signed|gross|incl\w*)\b")
_DISCOUNT = re.compile(r"\b(?:remises?|rabais|ristourne|escompte|discount)\b")
FEW = 3  # invoices of several lines: fewer prove nothing


@dataclass(slots=True)
class Amounts:
    """What is known of the columns of amounts: chosen, left open, not to be used, and what to tell."""

    chosen: dict[str, Choice] = field(default_factory=dict)
    open: dict[str, tuple[Choice, ...]] = field(default_factory=dict)
    refused: dict[str, Note] = field(default_factory=dict)
    warnings: list[Note] = field(default_factory=list)


def amounts(
    sample: Sample, proposals: Iterable[Proposal], profile: Mapping[str, Content], *, invoice: str | None
) -> Amounts:
    """Settle quantity, unit price, amounts without and with tax, tax and cost of a table.

    ``invoice`` is the column that numbers invoices, None when there is none.
    """
    return _Settling(sample, list(proposals), profile, invoice).settled()


class _Settling:
    def __init__(
        self, sample: Sample, proposals: list[Proposal], profile: Mapping[str, Content], invoice: str | None
    ) -> None:
        self.sample, self.profile = sample, profile
        self.named: dict[str, list[Proposal]] = {}
        for item in proposals:
            if item.header in sample.headers:
                self.named.setdefault(item.canonical, []).append(item)
        self.found = Amounts()
        self.proof: dict[str, list[Note]] = {}  # header to what its values say
        self.has_invoices = invoice is not None
        if invoice is not None:
            sample.group_by(invoice)

    def settled(self) -> Amounts:
        for canonical in ("qty", "unit_price", "cost"):
            self._one(canonical, self._headers(canonical))
        self._refuse_repeated()
        taxes = [name for name in self._headers("vat") if not self._is_rate(name)]
        without, with_tax = self._taxed(taxes)
        self._settle_ht(without, with_tax)
        self._settle_ttc(with_tax)
        self._one("vat", [name for name in taxes if name not in self._taken()])
        self._discount()
        return self.found

    # ---- names

    def _headers(self, canonical: str) -> list[str]:
        """Headers with the best name for a column, those refused or taken left out."""
        taken = self._taken()
        mine = [item for item in self.named.get(canonical, []) if item.header not in taken]
        return [item.header for item in mine if item.header not in self.found.refused]

    def _taken(self) -> set[str]:
        return {choice.header for choice in self.found.chosen.values()}

    def _choice(self, canonical: str, header: str, *more: Note) -> Choice:
        proposal = next(item for item in self.named[canonical] if item.header == header)
        codes = [Note(f"init.evidence.{code}") for code in proposal.evidence[:1]]
        return Choice(
            canonical, header, (*codes, *self.proof.get(header, []), *more), self.profile[header].samples
        )

    def _one(self, canonical: str, headers: list[str]) -> None:
        """Choose the header with the best name, or leave equals to the user."""
        scores = {item.header: item.score for item in self.named.get(canonical, [])}
        best = [name for name in headers if scores[name] == max(scores[other] for other in headers)]
        if len(best) == 1:
            self.found.chosen[canonical] = self._choice(canonical, best[0])
        elif best:
            self.found.open[canonical] = tuple(self._choice(canonical, name) for name in best)

    # ---- values

    def _is_rate(self, header: str) -> bool:
        if not self.sample.is_rate_column(header):
            return False
        self.found.refused[header] = Note("init.refused.rate")
        return True

    def _refuse_repeated(self) -> None:
        """Refuse the columns that write a whole invoice's amount on each of its lines."""
        if not self.has_invoices:
            return
        money = [name for name in ("amount_ht", "amount_ttc", "vat") for name in self._headers(name)]
        others = [
            name for name in self.sample.headers if not self._is_constant(self.sample.is_repeated(name))
        ]
        price = [
            self.found.chosen[name].header for name in ("qty", "unit_price") if name in self.found.chosen
        ]
        for header in dict.fromkeys(money):
            repeated = self.sample.is_repeated(header)
            if not self._is_constant(repeated):
                continue
            facts: dict[str, object] = {"invoices": repeated.hits}
            summing = next((name for name in others if self._is_sum(self.sample.sums_to(name, header))), None)
            if summing:
                self.found.refused[header] = Note("init.refused.repeated", {**facts, "column": summing})
            elif len(price) == 2 and self._is_sum(self.sample.product_sums_to(price[0], price[1], header)):
                self.found.refused[header] = Note("init.refused.repeated_product", facts)
            elif repeated.among >= FEW + 2:
                self.found.refused[header] = Note("init.refused.constant", facts)

    @staticmethod
    def _is_constant(fit: Fit) -> bool:
        return fit.is_proof and fit.among >= FEW

    @staticmethod
    def _is_sum(fit: Fit) -> bool:
        return fit.is_proof and fit.among >= FEW

    def _taxed(self, taxes: list[str]) -> tuple[dict[str, Note], dict[str, Note]]:
        """Return the columns that the values prove to be without tax, and with it."""
        without: dict[str, Note] = {}
        with_tax: dict[str, Note] = {}
        names = list(dict.fromkeys([*self._headers("amount_ht"), *self._headers("amount_ttc")]))
        for ht in names:
            for ttc in (name for name in names if name != ht):
                for vat in (name for name in taxes if name not in (ht, ttc)):
                    if (fit := self.sample.adds_up(ht, vat, ttc)).is_proof:
                        facts = {"ht": ht, "vat": vat, "ttc": ttc, "lines": fit.hits}
                        note = Note("init.evidence.adds_up", facts)
                        without[ht], with_tax[ttc] = note, note
                if ht not in without and (fit := self.sample.is_taxed(ht, ttc)).is_proof:
                    note = Note("init.evidence.taxed", {"ht": ht, "ttc": ttc, "lines": fit.hits})
                    without[ht], with_tax[ttc] = note, note
        for name in (name for name in names if name not in without and name not in with_tax):
            for vat in (tax for tax in taxes if tax != name):
                outside, inside = (self.sample.is_rate_of(name, vat, inside=at) for at in (False, True))
                if outside.is_proof and not inside.is_proof:
                    without[name] = Note("init.evidence.rate_of", {"vat": vat, "lines": outside.hits})
                elif inside.is_proof and not outside.is_proof:
                    with_tax[name] = Note("init.evidence.rate_inside", {"vat": vat, "lines": inside.hits})
        for header, note in {**with_tax, **without}.items():
            self.proof.setdefault(header, []).append(note)
        return without, with_tax

    def _settle_ht(self, without: Mapping[str, Note], with_tax: Mapping[str, Note]) -> None:
        names = [name for name in self._headers("amount_ht") if name not in with_tax]
        self._product(names)
        sure = [name for name in names if name in without or _WITHOUT.search(header_key(name))]
        sure = [name for name in sure if name in without] or sure
        if len(sure) > 1:
            sure = self._without_copies(sure)
        if len(sure) == 1:
            self.found.chosen["amount_ht"] = self._choice("amount_ht", sure[0])
        elif sure:
            self.found.open["amount_ht"] = tuple(self._choice("amount_ht", name) for name in sure)
        elif names:
            doubt = Note("init.evidence.tax_unknown")
            self.found.open["amount_ht"] = tuple(self._choice("amount_ht", name, doubt) for name in names)
            self.found.warnings.append(Note("init.warning.tax_unknown", {"columns": ", ".join(names)}))

    def _without_copies(self, names: list[str]) -> list[str]:
        """Keep one of several equal columns, and the net one where a gross one stands beside."""
        first = names[0]
        if all(self.sample.is_same(first, other).is_proof for other in names[1:]):
            for other in names[1:]:
                self.found.refused[other] = Note("init.refused.same", {"column": first})
            return [first]
        net = [name for name in names if not re.search(r"\b(?:brut|gross)\b", header_key(name))]
        scores = {item.header: item.score for item in self.named["amount_ht"]}
        return [name for name in net if scores[name] == max(scores[other] for other in net)] or names

    def _product(self, names: list[str]) -> None:
        """Say which amounts are quantity times unit price, discount included or not."""
        if not {"qty", "unit_price"} <= self.found.chosen.keys():
            return
        qty, price = (self.found.chosen[name].header for name in ("qty", "unit_price"))
        facts: dict[str, object] = {"qty": qty, "price": price}
        for name in names:
            if (fit := self.sample.is_product(qty, price, name)).is_proof:
                note = Note("init.evidence.product", {**facts, "lines": fit.hits})
                self.proof.setdefault(name, []).append(note)
                continue
            for discount in self._discounts():
                if (fit := self.sample.is_product(qty, price, name, discount)).is_proof:
                    note = Note(
                        "init.evidence.discounted", {**facts, "discount": discount, "lines": fit.hits}
                    )
                    self.proof.setdefault(name, []).append(note)

    def _settle_ttc(self, with_tax: Mapping[str, Note]) -> None:
        names = [name for name in self._headers("amount_ttc") if name not in self._taken()]
        sure = [name for name in names if name in with_tax]
        sure = sure or [name for name in names if _WITH.search(header_key(name))]
        self._one("amount_ttc", sure)
        if "amount_ht" not in self.found.chosen and "amount_ht" not in self.found.open and sure:
            self.found.warnings.append(Note("init.warning.ttc_only", {"column": sure[0]}))

    def _discounts(self) -> list[str]:
        return [name for name in self.sample.headers if _DISCOUNT.search(header_key(name))]

    def _discount(self) -> None:
        """Quantity times unit price is too much where a discount stands in a column of its own."""
        filled = [name for name in self._discounts() if self.sample.is_filled(name)]
        if not filled or "amount_ht" in self.found.chosen or "amount_ht" in self.found.open:
            return
        if {"qty", "unit_price"} <= self.found.chosen.keys():
            self.found.open["unit_price"] = (self.found.chosen.pop("unit_price"),)
            self.found.warnings.append(Note("init.warning.discount", {"column": filled[0]}))
