"""« Atelier Lemoine »: a small firm, 25 clients, lumpy orders, and one client that is 40 % of the revenue."""

from __future__ import annotations

import numpy as np
import pandas as pd

from capclient.datasets.answer_key import client_key, company_key, purchase_dates
from capclient.datasets.company import Company, euros, numbered
from capclient.datasets.ledger import Catalogue, sold_lines, with_credit_notes
from capclient.datasets.profiles import make_plan

SEED = 20_250_303
_MAIN_SHARE = 0.40
_CLIENTS = (  # name, profile, euros of a year, days between orders
    ("Société Aéro-Loire", "stable", 0.0, 12),  # its level follows from the others
    ("Éts Brémond & Cie", "stable", 24_000, 30),
    ("Fonderie d'Art Kervella", "stable", 15_000, 38),
    ("Horlogerie Saint-Ambre", "stable", 9_500, 45),
    ("Scénographies L'Envers", "stable", 7_000, 50),
    ("Luthier Dall'Osta", "stable", 3_200, 55),
    ("Cycles Hautecombe", "stable", 6_100, 40),
    ("Bureau d'études Nadir", "growing", 12_000, 35),
    ("Robotique Céleste", "growing", 18_000, 28),
    ("Instruments Fresnay", "growing", 5_200, 45),
    ("Prothèses Orthéa", "developing", 11_000, 30),
    ("Éolis Micro-turbines", "developing", 6_800, 35),
    ("Imprimerie Gauthereau", "declining_fast", 8_500, 35),
    ("Mobilier Vasseur & Filles", "declining_slowly", 7_400, 60),
    ("Forges de l'Aubance", "declining_slowly", 5_600, 70),
    ("Tréfilerie Mauduit", "leaver", 13_000, 35),
    ("Jouets Ribambelle", "leaver", 4_800, 40),
    ("Ascenseurs Pelletan", "leaver", 6_900, 38),
    ("Optique Vernay", "leaver_last_year", 5_900, 35),
    ("Nautisme Cap-Ouest", "leaving", 9_000, 22),
    ("Drone & Relief", "new", 7_500, 25),
    ("Brasserie du Faubourg", "new", 3_900, 28),
    ("Musée de l'Outil", "occasional", 2_600, 60),
    ("Théâtre de la Roseraie", "occasional", 1_900, 60),
    ("Moulins Cordelier", "reactivated", 5_400, 30),
)
_WORK = (  # designation, list price of 2021 in euros
    ("Usinage pièce sur plan", 38.0), ("Tournage série courte", 14.5), ("Fraisage 5 axes", 72.0),
    ("Rectification plane", 29.0), ("Prototype aluminium", 145.0), ("Découpe jet d'eau", 21.0),
    ("Traitement de surface", 8.4), ("Montage sous-ensemble", 55.0), ("Contrôle tridimensionnel", 33.0),
    ("Réparation d'outillage", 61.0), ("Gravure", 4.2), ("Heure d'étude", 68.0),
)  # fmt: skip


def workshop() -> Company:
    """Simulate the workshop.

    Source: simulated, fixed seed. About 700 lines, 25 clients known by their names only, one of them
    about 40 % of the revenue of the last year. Sample of ``invoice_lines``::

          invoice_id               customer_id invoice_date                  product  qty  amount_ht
        FA2021-00001 Mobilier Vasseur & Filles   2021-01-04        Découpe jet d'eau 58.0     1218.0
        FA2021-00002        Tréfilerie Mauduit   2021-01-04 Contrôle tridimensionnel 16.0      528.0
        AV2021-00001        Société Aéro-Loire   2021-04-01      Prototype aluminium -8.0    -1160.0
    """
    rng = np.random.default_rng(SEED)
    plans = [
        make_plan(profile, level, days * (2.2 if profile in ("stable", "growing") else 1), (0.0, 0.0), rng)
        for _, profile, level, days in _CLIENTS
    ]
    others = sum(plan.targets()[-2:].sum() for plan in plans[1:])
    plans[0] = make_plan("stable", others * _MAIN_SHARE / (1 - _MAIN_SHARE), 26, (0.0, 0.0), rng)
    price = np.array([value * 100 for _, value in _WORK])
    products = pd.DataFrame({"name": [name for name, _ in _WORK]})
    index = np.cumprod([1, 1.05, 1.04, 1.02, 1.02])
    catalogue = Catalogue(products, price, price * 0.55, index, index)
    lines = sold_lines(plans, catalogue, np.full(len(plans), 1.05), np.ones(len(plans)), rng)
    lines = numbered(with_credit_notes(lines, np.array([0]), 0.01, rng))
    name = pd.Series([client[0] for client in _CLIENTS])
    lines["customer_id"] = lines["customer_name"] = lines["client"].map(name)
    lines["product"] = lines["product"].map(products["name"])
    lines["qty"] = lines["qty"].astype("float64")
    lines["unit_price"], lines["amount_ht"] = euros(lines["price"]), euros(lines["cents"])
    bought = purchase_dates(lines)
    clients = [client_key(one, one, plan, bought[one]) for one, plan in zip(name, plans, strict=True)]
    return Company(
        "atelier",
        "Atelier Lemoine",
        lines[LINE_COLUMNS],
        key=company_key("atelier", clients, main_client=name[0], main_client_share=_MAIN_SHARE),
    )


LINE_COLUMNS = [
    "invoice_id", "line_id", "doc_type", "customer_id", "customer_name", "invoice_date", "product", "qty",
    "unit_price", "amount_ht",
]  # fmt: skip
