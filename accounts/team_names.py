"""Rules for team names: validity and equality.

Two names that look the same must be equal: case, the kind of white space and invisible characters are ignored.
Letters of different scripts that look alike (a Cyrillic "а") remain different, so a name has letters of one script.
"""

import hashlib
import re
import unicodedata

from django.core.exceptions import ValidationError

from accounts.misleading_names import refuse_mixed_scripts

MAX_LENGTH = 60
MIN_VISIBLE = 2
ANONYMOUS = "Anonymous team"  # start of the name of a deleted team that chose to be anonymous

#: Invisible characters outside the category "format" (Unicode's default ignorables).
_INVISIBLE = re.compile("[\u034f\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
#: Symbols and letters that look like a blank or are invisible, depending on the font.
_BLANK_LOOKING = "\u115f\u1160\u2800"
_EMAIL_LIKE = re.compile(r"\S@\S")


def normalize_team_name(name: str) -> str:
    """Return the name as stored and shown.

    The form is NFKC, without invisible characters, and with one plain blank for every run of white space.
    """
    visible = "".join(c for c in _INVISIBLE.sub("", name) if unicodedata.category(c) != "Cf")
    return " ".join(unicodedata.normalize("NFKC", visible).split())


def team_name_key(name: str) -> str:
    """Return the key of a team name, 64 hex digits; names that differ only in case or white space share it.

    It is a digest, not the folded name: the text comparison of the database must not decide which names are equal. A
    collation may treat "é" as "e", for example.
    """
    # Unicode's caseless matching: some letters fold correctly only when decomposed, and some results
    # of folding are no longer normalised.
    decomposed = unicodedata.normalize("NFKD", normalize_team_name(name))
    folded = unicodedata.normalize("NFKC", decomposed.casefold())
    return hashlib.sha256(folded.encode(errors="surrogatepass")).hexdigest()


def looks_like_email(login: str) -> bool:
    """Return whether a login means an e-mail address; no team name does."""
    return bool(_EMAIL_LIKE.search(normalize_team_name(login)))


def validate_team_name(name: str) -> None:
    """Refuse names that cannot be shown, look like an e-mail address, or could be taken for a deleted team.

    Raises:
        ValidationError: with a message for the team.

    """
    name = normalize_team_name(name)
    if any(unicodedata.category(c).startswith("C") or c in _BLANK_LOOKING for c in name):
        raise ValidationError("The team name contains a character that cannot be shown.", "not_showable")
    if sum(unicodedata.category(c)[0] in "LNPS" for c in name) < MIN_VISIBLE:
        raise ValidationError(
            f"A team name must have at least {MIN_VISIBLE} visible characters.", "too_short"
        )
    if len(name) > MAX_LENGTH:  # some single characters become several when normalised
        raise ValidationError(f"A team name can have at most {MAX_LENGTH} characters.", "too_long")
    if looks_like_email(name):
        raise ValidationError("A team name must not look like an e-mail address.", "like_email")
    if name.casefold().startswith("anonymous"):
        raise ValidationError("Names that begin with “Anonymous” are reserved for deleted teams.", "reserved")
    refuse_mixed_scripts(name)
