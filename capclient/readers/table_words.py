"""The words by which people name the columns of the tables beside the ledger, in French and in English.

Floor 2. Patterns of a whole header as :func:`capclient.readers.proposals.header_key` writes it, the clearest first.
A word means one thing in one table only: « Date » is the day of a visit here and that of an invoice elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from capclient.readers.proposals import header_key

CUSTOMER = (
    r"(code|n|no|num|numero|id|identifiant|ref|reference|compte) (du )?(client|tiers)|customer ?(id|code|no|number)?"
    r"|client (id|code)|cust id|account (id|no)|client|tiers"
)
INVOICE = r"(n|no|num|numero) (de |de la )?facture|facture( n)?|ref facture|reference facture|invoice( (no|number|id))?"
SELLER = r"commercial\w*|vendeur|vendeuse|representant|charge d affaires?|responsable|sales ?(person|man|rep)"

OPPOSED = (
    r"oppos(ition|ee?s?)( (a la |au )?(prospection|demarchage))?|ne (pas|plus) (demarcher|contacter|solliciter)"
    r"|desinscrit(e|s)?|desabonne(e|s)?|opt ?out|do not (contact|call)|unsubscribed"
)
TABLE_WORDS: dict[str, dict[str, str]] = {
    "payments": {
        "payment_id": r"(n|no|num|numero|id|ref|reference) (de |du )?(reglement|paiement|encaissement)"
        r"|payment (id|no|number)",
        "customer_id": CUSTOMER,
        "invoice_id": INVOICE,
        "date": r"date (de |du |d )?(reglement|paiement|encaissement|versement|valeur)|(regle|paye|encaisse)e? le"
        r"|(payment|paid|settled|settlement|receipt) ?date|date|jour",
        "amount": r"montant (ttc )?(du |de |d )?(regle|paye|encaisse|reglement|paiement|encaissement|versement)"
        r"|(amount paid|payment amount|paid amount)|reglement|encaissement|versement|montant( ttc)?|amount|somme",
        "kind": r"type|nature|sens|kind",
        "method": r"(mode|moyen|type) (de |du )?(reglement|paiement|encaissement)|mode|(payment )?method",
    },
    "interactions": {
        "customer_id": CUSTOMER,
        "date": r"date( (de |du |d |de la |de l )?(visite|echange|enquete|appel|rendez vous|rdv|reclamation|ticket"
        r"|contact|reponse|questionnaire|devis))?|jour|day|survey date|visit date",
        "type": r"type( (d |de |de l )?(echange|interaction|contact|evenement|action|activite|demande))?|nature"
        r"|interaction type",
        "severity": r"gravite|severite|priorite|criticite|severity|priority",
        "cost": r"cout( .*)?|cost",
        "hours": r"(duree|heures?|temps( passe)?)( h| en heures| heures)?|hours|duration( h| hours)?",
        "score_nps": r"(score |note )?nps|(note de )?recommandation( .*)?|recommend\w*( .*)?",
        "score_csat": r"(score |note )?csat|(note de )?satisfaction( .*)?",
        "asked_by_sales": r"(demande|realise|mene|pose|fait|recueilli)e?s? par (un |une |le |la )?"
        r"(commercial\w*|vendeur|vendeuse|representant)|asked by (a |the )?sales.*",
        "opened": r"date (d )?ouverture|ouvert(e)? le|opened( on| at)?",
        "closed": r"date (de )?(cloture|resolution|fermeture)|(clos|close|cloture|resolu)e? le|closed( on| at| date)?",
        "called_back": r"date (de )?rappel|rappele le|called back",
        "amount": r"montant( .*)?|amount",
        "channel": r"canal|channel",
        "cause": r"cause|motif|objet|sujet|raison|reason|subject",
        "salesperson": SELLER,
    },
    "prospects": {
        "prospect_id": r"(code|n|no|num|numero|id|ref|reference) (du |de l )?(prospect|opportunite|affaire|lead|piste)"
        r"|prospect( id)?|opportunite|opportunity( id)?|lead( id)?|affaire|piste|deal( id)?",
        "source": r"source|origine|provenance|lead source",
        "created": r"date (de )?creation|date (d )?(ouverture|entree)|cree(e)? le"
        r"|created( on| at| date)?|create date|date",
        "stage": r"etape|stade|phase|stage|statut|status",
        "amount": r"montant( .*)?|amount|valeur( .*)?|potentiel|ca (estime|potentiel|prevu)|revenu (espere|attendu)",
        "probability": r"probabilite( .*)?|proba( .*)?|probability( .*)?|chances?( .*)?",
        "closed_date": r"date (de )?(signature|cloture|conclusion|decision)( .*)?|(signe|clos|conclu)e? le"
        r"|clos(ed|e) date",
        "outcome": r"issue|resultat|outcome|gagne perdu",
        "customer_id": CUSTOMER,
        "salesperson": SELLER,
    },
    "contracts": {
        "contract_id": r"(code|n|no|num|numero|id|ref|reference) (du |de )?contrat|contrat( n)?"
        r"|contract( (id|no|number))?",
        "customer_id": CUSTOMER,
        "start": r"(date (de )?)?(debut|effet|prise d effet)( .*)?|date d effet|start( date)?",
        "end": r"(date (de )?)?(fin|echeance|terme|expiration)( .*)?|date d (echeance|expiration)|end( date)?",
        "notice_date": r"(date (de )?)?(preavis|denonciation|resiliation)|notice date",
        "annual_amount": r"(montant|valeur|loyer|redevance) annuel(le)?( ht)?|annual amount|montant( ht)?",
        "recurring": r"recurrent|reconduction( tacite)?|tacite reconduction|recurring",
    },
    "customers": {
        "customer_id": CUSTOMER + r"|code",
        "name": r"(nom|raison sociale|denomination|intitule|libelle|societe)( (du |de )?client)?"
        r"|(customer |client )?name",
        "group_id": r"groupe|maison mere|group( id)?",
        "segment": r"segment|categorie( client)?",
        "sector": r"secteur( d activite)?|activite|naf|ape|code (naf|ape)|sector|industry",
        "customer_type": r"type( de)? client|type|customer type",
        "siren": r"(n |numero )?(siren|siret)",
        "is_public": r"(client |acheteur |organisme |secteur )?public|(is )?public( buyer| sector)?",
        "address": r"adresse( (postale|complete|de facturation|du siege|client))?|(postal |billing )?address",
        "region": r"region|departement|cp|code postal|zone",
        "country": r"pays|country",
        "salesperson": SELLER,
        "payment_terms": r"(conditions?|delai|mode) (de )?(reglement|paiement)|payment terms",
        "credit_limit": r"(plafond|limite|encours) (de credit|autorise|maximum)|credit limit",
        "opposed": OPPOSED,
    },
    "contacts": {
        "customer_id": CUSTOMER + r"|code",
        "person": r"nom( complet| et prenom)?|prenom (et )?nom|personne|interlocuteur|contact|(full |last )?name",
        "role": r"fonction|poste|role|qualite|job title",
        "side": r"cote|side",
        "since": r"depuis|since",
        "until": r"jusqu au|until",
        "opposed": OPPOSED,
    },
}  # fmt: skip


def headers_named(table: str, canonical: str, headers: Sequence[str]) -> Iterator[str]:
    """Give the headers that are a word of a column of one table, the clearest word first."""
    for word in _alternatives(TABLE_WORDS.get(table, {}).get(canonical, "")):
        for header in headers:
            if re.fullmatch(word, header_key(header)):
                yield header


def _alternatives(pattern: str) -> Iterator[str]:
    """Split a pattern at the bars that stand outside brackets."""
    depth, word = 0, ""
    for letter in pattern:
        depth += (letter == "(") - (letter == ")")
        if letter == "|" and not depth:
            yield word
            word = ""
        else:
            word += letter
    if word:
        yield word
