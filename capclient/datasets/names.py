"""Invented names: clients, people, products. Any likeness to a real firm is chance."""

from __future__ import annotations

import numpy as np

SALESPEOPLE = (
    "Inès Garnier", "Loïc Perrault", "Maëlle D'Hauteville", "François Noël",
    "Émilie Charvet", "Karim Benattar", "Solène Ravier", "Benoît Lacôte",
)  # fmt: skip
REGIONS = (
    "Auvergne-Rhône-Alpes",
    "Bourgogne-Franche-Comté",
    "Provence-Alpes-Côte d'Azur",
    "Occitanie",
    "Île-de-France",
)

_FAMILIES = (
    "Béraud", "Vauzelle", "Chapuis", "Montagnon", "L'Hermitte", "Fayolle", "Crozier", "Brossard", "Delorme",
    "Péronnet", "Gaillard", "Tissot", "Rochas", "Maisonneuve", "D'Aubigny", "Sérol", "Vial", "Bouchet",
    "Cœuret",
    "Marchetti", "Guérin", "Lafond", "Nallet", "Orsini", "Pichon", "Quentin", "Reynier", "Savoye", "Thévenet",
    "Valençon", "Weber", "Yvars", "Zanetti", "Arnoux", "Clément", "Dussert", "Échallier", "Fréchet",
    "Jaillet", "Kœnig",
)  # fmt: skip
_FIRMS = (
    "Ateliers {}", "Mécanique {}", "Ets {} & Fils", "Chaudronnerie {}", "{} Industrie", "Menuiserie {}",
    "{} & Associés", "Tôlerie {}", "Métallerie d'Art {}", "Constructions {}", "{} Maintenance",
    "Plomberie {}",
    "L'Établi de {}", "Serrurerie {} Frères", "Agencement {}", "{} Agroéquipement", "Électricité {}",
    "Usinage {} SARL",
)  # fmt: skip
_PLACES = (
    "des Embruns", "de l'Anse", "du Vieux Phare", "des Goélands", "de la Criée", "du Marais", "des Salines",
    "de l'Estuaire", "du Grand Large", "des Tamaris", "de l'Île d'Aix-Nord", "du Môle",
)  # fmt: skip
_SITES = ("Résidence {}", "Hôtel {}", "Lycée {}", "Clinique {}", "Centre commercial {}", "Conserverie {}")

GROUPS = {
    "VALDOR": "Valdor", "ROCHEBRUNE": "Groupe Rochebrune", "CHAMBERAN": "Chambéran",
    "SAINT-ALBE": "Saint-Albe",
    "OLVERRE": "Ol'Verre", "DUPRE-MARTEL": "Dupré & Martel",
}  # fmt: skip
GROUP_TOWNS = ("Lyon", "Saint-Étienne", "Mâcon", "Grenoble")

FAMILIES = {  # family: (articles, cheapest and dearest list price in euros, share of the price that is cost)
    "Visserie et boulonnerie": (("Vis CHC", "Boulon TH", "Écrou frein", "Rondelle large"), 2.4, 48.0, 0.58),
    "Outillage à main": (("Clé mixte", "Tournevis isolé", "Pince étau", "Marteau rivoir"), 6.0, 95.0, 0.62),
    "Outillage électroportatif": (("Perceuse", "Meuleuse", "Visseuse à chocs"), 79.0, 420.0, 0.76),
    "Abrasifs": (("Disque à tronçonner", "Bande abrasive", "Plateau fibre"), 1.9, 36.0, 0.55),
    "Soudage": (("Baguette inox", "Fil fourré", "Torche MIG"), 12.0, 210.0, 0.66),
    "Équipements de protection": (
        ("Gants anticoupure", "Lunettes", "Chaussures S3", "Casque"),
        3.5,
        85.0,
        0.6,
    ),
    "Roulements": (("Roulement à billes", "Palier à semelle", "Butée à rouleaux"), 5.5, 160.0, 0.68),
    "Transmission": (("Courroie trapézoïdale", "Chaîne à rouleaux", "Poulie fonte"), 7.0, 140.0, 0.67),
    "Hydraulique": (("Flexible", "Raccord à sertir", "Vérin double effet"), 4.0, 310.0, 0.7),
    "Pneumatique": (("Distributeur 5/2", "Filtre régulateur", "Tube polyuréthane"), 3.0, 120.0, 0.64),
    "Produits chimiques": (("Dégraissant", "Huile de coupe", "Frein-filet"), 5.0, 130.0, 0.59),
    "Levage et manutention": (("Élingue textile", "Palan à chaîne", "Manille lyre"), 9.0, 380.0, 0.72),
}


def articles() -> list[tuple[str, str, str]]:
    """Return the articles of the wholesaler: code, designation, family; twenty in each family."""
    return [
        (f"{place:02d}{reference:03d}", f"{kinds[reference % len(kinds)]} réf. {reference + 1}", family)
        for place, (family, (kinds, *_)) in enumerate(FAMILIES.items(), start=1)
        for reference in range(20)
    ]


def firm_names(many: int, rng: np.random.Generator) -> list[str]:
    """Return distinct names of industrial firms, with the accents and apostrophes of real ones."""
    every = [firm.format(family) for firm in _FIRMS for family in _FAMILIES]
    return [every[place] for place in rng.permutation(len(every))[:many]]


def site_names(many: int, rng: np.random.Generator) -> list[str]:
    """Return distinct names of places that need maintenance."""
    every = [site.format(place) for site in _SITES for place in _PLACES]
    return [every[place] for place in rng.permutation(len(every))[:many]]
