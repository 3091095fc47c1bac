"""What a team's name may be, and when two names are the same.

Two names that look the same must be the same: case, the kind of white space and invisible characters
make no difference. Letters of different scripts that look alike (a Cyrillic "а") remain different.
"""

import hashlib
import re
import unicodedata

from django.core.exceptions import ValidationError

MAX_LENGTH = 60
MIN_VISIBLE = 2
ANONYMOUS = "Anonymous team"  # begins the name of a deleted team that wanted to be forgotten

#: Characters that show nothing, beside those of the category "format" (Unicode's default ignorables).
_INVISIBLE = re.compile("[\u034f\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
#: Symbols and letters that look like a blank, or like nothing, depending on the font.
_BLANK_LOOKING = "\u115f\u1160\u2800"
_EMAIL_LIKE = re.compile(r"\S@\S")


def normalize_team_name(name: str) -> str:
    """Return the name as it is stored and shown.

    That is NFKC, without invisible characters, every run of white space one plain blank.
    """
    visible = "".join(c for c in _INVISIBLE.sub("", name) if unicodedata.category(c) != "Cf")
    return " ".join(unicodedata.normalize("NFKC", visible).split())


def team_name_key(name: str) -> str:
    """Return what two equal team names share, whatever their case and white space: 64 hex digits.

    A digest and not the folded name, so that the database's own idea of equal text (a collation that
    takes "é" for "e", say) has no part in what counts as the same name.
    """
    # Unicode's caseless matching: some letters fold rightly only when decomposed, and some results
    # of folding are no longer normalised.
    decomposed = unicodedata.normalize("NFKD", normalize_team_name(name))
    folded = unicodedata.normalize("NFKC", decomposed.casefold())
    return hashlib.sha256(folded.encode(errors="surrogatepass")).hexdigest()


def looks_like_email(login: str) -> bool:
    """Tell whether somebody who logs in so means an e-mail address; no team name does."""
    return bool(_EMAIL_LIKE.search(normalize_team_name(login)))


def validate_team_name(name: str) -> None:
    """Refuse what cannot be shown, mistaken for another kind of login, or taken for a deleted team.

    Raises:
        ValidationError: with a message for the team.

    """
    name = normalize_team_name(name)
    if any(unicodedata.category(c).startswith("C") or c in _BLANK_LOOKING for c in name):
        raise ValidationError("The team name contains a character that cannot be shown.", "not_showable")
    if sum(unicodedata.category(c)[0] in "LNPS" for c in name) < MIN_VISIBLE:
        raise ValidationError(f"A team name has at least {MIN_VISIBLE} visible characters.", "too_short")
    if len(name) > MAX_LENGTH:  # some single characters become several when normalised
        raise ValidationError(f"A team name has at most {MAX_LENGTH} characters.", "too_long")
    if looks_like_email(name):
        raise ValidationError("A team name must not look like an e-mail address.", "like_email")
    if name.casefold().startswith("anonymous"):
        raise ValidationError("Names that begin with “Anonymous” are kept for deleted teams.", "reserved")
