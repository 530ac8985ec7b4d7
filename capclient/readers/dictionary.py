"""The words by which people name the columns of a sales ledger, in French and in English.

Floor 2. Source: section E.1 of the formats. A header is compared in lower case, without accents and punctuation
(:func:`capclient.readers.proposals.header_key`).
"""

from __future__ import annotations

# Normalised headers (lower case, no accents, no punctuation), French then English.
WORDS: dict[str, str] = {
    "customer_id": "code client|n client|no client|num client|numero client|reference client|ref client|"
    "compte client|compte tiers|code tiers|n tiers|n compte tiers|tiers|compte auxiliaire|id client|identifiant|"
    "identifiant client|ref tiers|client code|customer id|client id|customer|customer no|customer number|"
    "customer code|account|account no|cust id",
    "customer_name": "client|nom du client|nom client|client nom|raison sociale|societe|denomination|intitule tiers|"
    "intitule client|nom du tiers|nom tiers|partenaire|nom d affichage du partenaire de la facture|tiers|customer|"
    "client facture|nom complet du client|customer name|client name|display name|invoice partner display name|name|nom",
    "siren": "siren|siret|id prof 1|id prof 2|n siren|numero siren|n siret",
    "invoice_id": "n facture|no facture|numero de facture|numero facture|facture|ref facture|reference facture|"
    "facture n|ref|reference|n piece|n de piece|numero piece|numero de piece|piece|numero|n|num facture|num|"
    "n document|numero document|numero de document|number|invoice number|invoice|invoice no|invoice id|doc no|num",
    "doc_type": "type|type de piece|type piece|type de document|type document|type de facture|type facture|"
    "type de transaction|nature|nature piece|document type|doc type|transaction type",
    "status": "statut|etat|etat de la facture|statut de la facture|statut facture|etat facture|statut document|"
    "status|state|invoice status",
    "invoice_date": "date|date facture|date de facturation|date facturation|date de facture|date de la facture|"
    "date piece|date de piece|date document|date du document|date emission|date d emission|invoice date|"
    "facture invoice date|date invoice",
    "due_date": "echeance|date echeance|date d echeance|date limite de reglement|date limite reglement|"
    "a echeance|due date",
    "amount_ht": "montant ht|total ht|total ht net|ht|ca ht|ca|chiffre d affaires|chiffre d affaires ht|net ht|"
    "base ht|montant net ht|montant ht net|montant hors taxes|montant hors taxe|total hors taxes|total hors taxe|"
    "sous total|total non taxe|montant hors taxes signe|hors taxes signe|prix total ht|montant ligne ht|"
    "total ligne ht|ca net|total|montant|montant ligne|total ligne|valeur|amount|net amount|line total|"
    "line amount|untaxed amount|untaxed amount signed|invoice amount|net sales|revenue|sales|turnover",
    "vat": "tva|montant tva|total tva|montant de tva|montant de la tva|taxe|taxes|vat|vat amount|tax|tax amount",
    "amount_ttc": "montant ttc|total ttc|ttc|net a payer|ca ttc|total|total signe|montant|amount|total amount|"
    "total signed|montant taxes comprises|montant toutes taxes comprises|"
    "prix total ttc|gross amount|invoice amount|invoice total",
    "product": "article|code article|ref article|reference|reference article|designation|libelle|libelle article|"
    "produit|code produit|produit service|description|product|stock code|item|sku|nom du produit",
    "family": "famille|famille article|famille d article|famille produit|gamme|categorie|categorie article|"
    "categorie produit|product category|category|family",
    "qty": "qte|quantite|quantite facturee|qte facturee|nb|quantity|qty",
    "unit_price": "pu ht|pu|prix unitaire|prix unitaire ht|p u ht|p u|pu net|pu net ht|prix de vente|"
    "prix de vente ht|pv ht|pv|unit price|price",
    "cost": "cout|cout de revient|cout total|prix de revient|pr|pamp|cump|prix d achat|cost|total cost",
    "disputed": "litige|en litige|litigieux|litigieuse|conteste|contestee|contestes|facture contestee|"
    "facture en litige|disputed|dispute|in dispute|is disputed",
    "currency": "devise|monnaie|code devise|currency|currency code",
    "salesperson": "commercial|representant|vendeur|code representant|charge de clientele|responsable|"
    "nom du commercial|vendeuse|sales rep|salesperson|salesman",
    "sector": "secteur|activite|naf|ape|categorie|famille client|sector|industry",
    "region": "region|departement|cp|code postal|territory",
    "country": "pays|country|country code",
    "segment": "segment|channel|canal",
}  # fmt: skip
# Known words that say little: a header that says more is preferred to them.
GENERIC = frozenset((
    "client", "customer", "tiers", "societe", "nom", "name", "number", "partenaire", "identifiant", "account", "ref",
    "reference", "piece", "numero", "n", "num", "type", "nature", "date", "taxe", "taxes", "tax", "total",
    "montant", "valeur", "amount", "ca", "article", "libelle", "designation", "description", "produit",
    "price", "pu",
))  # fmt: skip
# Of these, those that say nothing as a part of a longer header: "product name", "number of seats".
ALONE = frozenset({"name", "number", "numero", "nature", "type", "valeur", "account", "identifiant", "state"})
# Words beside a known one that make a header something else: "date de livraison", "montant de la remise".
_CLIENT = (
    r"categorie|type|groupe|ville|e?mail|courriel|adresse|rue|pays|cp|postal|tel\w*|portable|famille|secteur|"
    r"commercial|date|solde|encours|segment|region|siren|siret|contact|statut|country|city|address|ref\w*"
)
BESIDE: dict[str, str] = {
    "customer_id": rf"{_CLIENT}|nom|name|commande",
    "customer_name": _CLIENT,
    "invoice_id": r"client|date|montant|type|ligne|line|statut|etat|commande|origine|avoir|article|produit|total|ht|"
    r"ttc|tva|adresse|mode|conditions?|paiement|payment|echeance|amount|status|designation|devise|commentaire|"
    r"bon|livraison|contrat|reglement|lettrage|rank|lieu",
    "doc_type": r"client|tiers|article|produit|paiement|reglement|compte|adresse|tva|ligne|livraison|payment",
    "status": r"paiement|reglement|client|tiers|livraison|commande|payment|cancelled",
    "invoice_date": r"echeance|due|reglement|paiement|payment|livraison|commande|creation|saisie|debut|fin|"
    r"naissance|modification|validation|encaissement|relance|order|delivery|from|to",
    "due_date": r"paye\w*",
    "amount_ht": r"ttc|tva|vat|tax|comprises|remises?|rabais|ristourne|escompte|discount|ports?|frais|couts?|costs?|"
    r"prix|pu|unitaire|price|unit|marges?|margin|du|due|reste|restant|soldes?|balance|regle\w*|paye\w*|paid|encaisse\w*|"
    r"acomptes?|taux|rate|payer|objectifs?|budget|qte|quantite|quantity|poids|commissions?|achats?|devise|number",
    "vat": r"taux|numero|n|intracommunautaire|code|ht|ttc|hors|comprises|non|rate|number|id|regime",
    "amount_ttc": r"ht|hors|tva|remises?|discount|ports?|frais|couts?|costs?|prix|pu|unitaire|price|marges?|margin|"
    r"du|due|reste|restant|soldes?|balance|regle\w*|paye|payee?s|paid|encaisse\w*|acomptes?|taux|rate|qte|quantite|number",
    "unit_price": r"ttc|total|achats?|revient|remises?|cost",
    "qty": r"commandee?|livree?|stock|total",
    "product": r"famille|categorie|type|groupe|date|prix|quantite|qte|unite|client|compte|journal|tva",
    "cost": r"unitaire|unit|transport|port",
    "family": r"client|tiers",
    "disputed": r"date|montant|motif|cause|objet|nature|type|commentaire|n|no|numero|id|ref\w*|nb|nombre|taux|statut|"
    r"amount|reason|comment|number|count|status|on|since",
    "salesperson": r"date|montant|commission|taux|objectif",
}
