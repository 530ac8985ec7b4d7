"""The words that sheets use for kinds and levels, and the code that each stands for.

Floor 0. Source: section 0.1 of the indicator dictionary for the kinds, 3.16 and 12.8 for the scales. Words are
lower case, without accents or punctuation, as cells are compared with them.
"""

from __future__ import annotations

import re
import unicodedata

Words = tuple[tuple[str, tuple[str, ...]], ...]


def _words(**codes: str) -> Words:
    """Words of each code, French then English, without accents; a code is a word of itself."""
    return tuple((code, (code, *words.split("|"))) for code, words in codes.items())


INTERACTION_TYPES = _words(
    visit="visite|visites|rendez vous|rdv|reunion|deplacement|meeting",
    call="appel|appels|appel telephonique|telephone|tel|phone call|phone",
    mail="courriel|e mail|email|courrier|lettre|message|emailing|e mailing|letter",
    claim="reclamation|plainte|complaint",
    dispute="litige|contestation|contentieux",
    survey="enquete|enquete de satisfaction|questionnaire|questionnaire de satisfaction|sondage",
    quote="devis|offre|proposition|proposition commerciale|chiffrage|quotation|offer",
    hotline="assistance|assistance telephonique|support|ticket",
    listening="ecoute|ecoute client|club clients|groupe d ecoute|focus group",
)
PAYMENT_KINDS = _words(
    payment="reglement|paiement|encaissement|versement",
    reject="rejet|impaye|rejet de prelevement|cheque impaye|bounced",
    credit_note="avoir|av|note de credit",
    loss="perte|passage en perte|creance irrecouvrable|irrecouvrable|bad debt|write off",
    netting="compensation",
    factoring="affacturage|factor|dailly",
)
ITEM_KINDS = _words(
    invoice="facture|fac|fact|fa",
    credit_note="avoir|av|note de credit",
    opening="a nouveau|a nouveaux|an|ran|report a nouveau|reprise|solde d ouverture",
    deposit="acompte|facture d acompte|down payment",
    other="autre|divers|operation diverse|od",
)
SIDES = _words(theirs="client|chez le client|cote client|externe|customer", ours="nous|chez nous|interne|us")
SEVERITIES = _words(
    major="majeur|majeure|grave|critique|bloquant|bloquante|elevee|high|critical",
    minor="mineur|mineure|faible|moyenne|normale|low|medium",
)
OUTCOMES = _words(
    won="gagne|gagnee|signe|signee|accepte|acceptee|transforme|transformee|converti|signed",
    lost="perdu|perdue|refuse|refusee|abandonne|abandonnee|annule|annulee|sans suite|refused",
    open="en cours|ouvert|ouverte|en attente|a relancer|en negociation|pending",
)
SEGMENT_TYPES = _words(
    segment="segment client",
    sector="secteur|secteur d activite",
    customer_type="type client|type de client",
    region="zone|territoire",
    country="pays",
    family="famille|gamme",
    activity="activite",
    total="ensemble|marche|marche total|tout",
)
# The plan that people send back: what they may choose, in the words of our own workbook and in others.
PLANNED = _words(
    retain="retention|retenir|fidelisation|fideliser",
    develop="developpement|developper|development",
    reduce_cost="reduction des couts commerciaux|reduction des couts|commercial cost reduction|cost reduction",
    substitute="substitution",
    prospect="prospecting|prospecting win back|prospecting acquisition|prospection|reconquete|"
    "prospection reconquete|prospection acquisition|prospection win back|win back",
    maintain="maintien|maintenir|entretien|maintenance",
    exit="sortie|sortir|rupture",
)
PROGRESS = _words(
    open="a faire|ouvert|ouverte|prevu|prevue|planifie|planifiee|en attente|to do|todo|planned|pending",
    in_progress="en cours|commence|commencee|entame|entamee|lance|lancee|in progress|under way|underway|ongoing|"
    "started|begun",
    done="fait|faite|termine|terminee|realise|realisee|ok|completed|closed",
    late="en retard|retard|overdue",
    dropped="abandonne|abandonnee|annule|annulee|sans suite|cancelled|canceled",
)
DECIDED = _words(
    improve="ameliorer|amelioration",
    keep="garder|conserver|maintenir|maintien",
    discuss="arreter a discuter|stop to be discussed|a discuter|to be discussed",  # decides nothing yet
    stop="arreter",  # nobody parts with a client on a word that is near: only the word itself decides
)
# The declared criteria of section 3.16, each on its own scale.
_AMOUNTS = {
    "high": "eleve|elevee|eleves|elevees|fort|forte",
    "moderate": "modere|moderee|moderes|moderees|moyen|moyenne|medium",
    "low": "faible|faibles|bas|basse",
}
POTENTIALS = _words(**_AMOUNTS, none="aucun|aucune|nul|neant")
LEARNINGS = _words(**_AMOUNTS)
WALLETS = _words(
    small="petite|petit|petite part",
    moderate="moyenne|moyen|moyenne part|medium",
    large="grande|grand|grande part",
)
RELATIONS = _words(
    partnership="partenariat|partenaire|partner",
    recurring="recurrent|recurrente|regulier|reguliere",
    occasional="occasionnel|occasionnelle|ponctuel|ponctuelle",
    endangered="en danger|in danger|at risk",
)
SERVICE_NEEDS = _words(
    full="total|totale|complet|service total", specialised="specialise|specialized", basic="de base|base"
)
EASES = _words(easy="facile", medium="moyen|moyenne", challenging="stimulant|stimulante")
OUTLOOKS = _words(failure="echec", stability="stabilite|stable", growth="croissance")
RESEARCH = _words(ongoing="en cours", emerging="emergente|emergent", none="aucune|aucun")
MATURITIES = tuple(  # 12.8: the mark that each level stands for
    (str(mark), tuple(words.split("|")))
    for mark, words in enumerate((
        "absent|absente", "informel|informelle|informal", "formel|formelle|formalise|formalisee|formal",
        "mesure|mesuree|measured", "ameliore|amelioree|improved",
    ))
)  # fmt: skip

# Kinds of documents: what an invoice line may be, and what an export holds beside invoices.
DOC_TYPES = (
    (
        "invoice",
        (
            *("invoice", "facture", "fac", "fact", "fa", "vente", "standard", "380", "customer invoice"),
            *("facture client", "facture de vente", "facture standard", "facture de remplacement"),
            *("facture de situation", "facture de solde", "recu de vente", "sales receipt", "ticket"),
        ),
    ),
    (
        "credit_note",
        (
            *("credit_note", "credit note", "avoir", "av", "avo", "note de credit", "refund", "381"),
            *("facture d avoir", "facture avoir", "avoir client", "customer credit note", "credit memo"),
        ),
    ),
    ("deposit", ("deposit", "acompte", "facture d acompte", "facture acompte", "down payment", "386")),
    ("cutoff", ("cutoff", "cut off", "regularisation", "ecart d inventaire")),
)
# What an export of documents holds beside invoices: left out on purpose, whether the type or the status says it.
NOT_INVOICED = (
    ("draft", ("draft", "brouillon", "provisoire", "en preparation", "en cours de saisie", "a valider")),
    ("cancelled", ("cancelled", "canceled", "cancel", "annule", "annulee", "void", "voided")),
    ("quote", ("quote", "quotation", "estimate", "devis", "offre de prix", "proposition commerciale")),
    ("proforma", ("proforma", "pro forma", "facture proforma", "facture pro forma")),
    ("order", ("order", "sales order", "commande", "commande client", "bon de commande")),
    ("delivery_note", ("delivery_note", "delivery note", "bon de livraison", "bl", "livraison")),
    ("payment", ("payment", "paiement", "reglement", "encaissement", "paiement client", "receipt")),
)
ISSUED = tuple(
    [
        "issued",
        "posted",
        "open",
        "sent",
        "paid",
        "unpaid",
        "not paid",
        "in payment",
        "partially paid",
        "partial",
        "overdue",
        "closed",
        "reversed",
        "valide",
        "validee",
        "comptabilise",
        "comptabilisee",
        "facture",
        "facturee",
        "emise",
        "emis",
        "envoyee",
        "envoye",
        "payee",
        "paye",
        "non payee",
        "non paye",
        "reglee",
        "regle",
        "soldee",
        "impayee",
        "impaye",
        "partiellement payee",
        "partiellement paye",
        "partiellement reglee",
        "ouverte",
        "ouvert",
        "en retard",
        "echue",
        "en attente de paiement",
        "en paiement",
        "en cours de paiement",
        "cloturee",
        "definitive",
        "definitif",
        "extournee",
        "extourne",
        "transferee en comptabilite",
        "a payer",
        "a encaisser",
        "lettree",
    ]
)

# What serving a client consumes (4.3): an exchange, or a document that the ledger counts.
ACTIVITIES = (
    *INTERACTION_TYPES,
    *_words(
        order="commande|commandes|bon de commande",
        invoice="facture|factures|facturation",
        credit_note="avoir|avoirs|note de credit",
        delivery="livraison|livraisons|expedition|expeditions",
        reminder="relance|relances|rappel",
        hour="heure|heures|temps passe|hours",
        credit="cout du credit|credit client",
    ),
)


def activity_code(name: str) -> str:
    """Return the code of an activity that a person named, or the name itself without capitals, accents or blanks.

    >>> activity_code("Visites"), activity_code("Réclamation"), activity_code("Mise en rayon")
    ('visit', 'claim', 'mise en rayon')
    """
    plain = unicodedata.normalize("NFKD", name.casefold())
    bare = re.sub(r"[^a-z0-9]+", " ", "".join(c for c in plain if not unicodedata.combining(c))).strip()
    return _SINGULAR.get(_singular(bare)) or bare or name.strip()


def _singular(words: str) -> str:
    return " ".join(word.removesuffix("s") for word in words.split())


_SINGULAR = {_singular(word.replace("_", " ")): code for code, words in ACTIVITIES for word in words}
