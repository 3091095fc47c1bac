"""Names of teams that could be taken for the organizers, or that look like the name of another team."""

import re
import unicodedata

from django.core.exceptions import ValidationError

#: Words that claim a say over the site, wherever they are in a name.
AUTHORITY = {
    *(
        "admin",
        "admins",
        "administrator",
        "administrators",
        "moderator",
        "moderators",
        "official",
        "sysadmin",
    ),
    *("organizer", "organizers", "organiser", "organisers", "webmaster", "postmaster", "superuser"),
}
#: Names and offices of the benchmark, and words that add nothing to them: no name may consist of them alone.
OWN_NAMES = {
    *(
        "big",
        "medmnist",
        "benchmark",
        "challenge",
        "committee",
        "helpdesk",
        "jury",
        "leaderboard",
        "security",
    ),
    *("server", "site", "staff", "support", "system", "website"),
}
FILLERS = {
    "a",
    "an",
    "and",
    "by",
    "for",
    "from",
    "of",
    "the",
    "our",
    "your",
    "account",
    "data",
    "org",
    "team",
}
#: Digits that are read as letters.
LOOKALIKES = str.maketrans("013457", "oieast")
#: Scripts that are written together; Unicode's “highly restrictive” profile (UTS 39).
TOGETHER = [
    {"LATIN", "CJK", "HIRAGANA", "KATAKANA"},
    {"LATIN", "CJK", "HANGUL"},
    {"LATIN", "CJK", "BOPOMOFO"},
]


def refuse_mixed_scripts(name: str) -> None:
    """Refuse a name with letters of several scripts: an “а” of Cyrillic looks like a Latin one.

    Raises:
        ValidationError: with a message for the team.

    """
    scripts = {_script(character) for character in name if _is_letter(character)}
    if len(scripts) > 1 and not any(scripts <= together for together in TOGETHER):
        found = " and ".join(sorted(script.capitalize() for script in scripts))
        raise ValidationError(
            f"A team name must not mix letters of different scripts (here {found}): such a name can look like "
            "another team's.",
            "mixed_scripts",
        )


def refuse_claims(name: str) -> None:
    """Refuse a name that readers could take for the organizers of the benchmark.

    Raises:
        ValidationError: with a message for the team.

    """
    if any(_claims(text) for text in (name.casefold(), name.casefold().translate(LOOKALIKES))):
        raise ValidationError(
            "Readers could take this name for the organizers of the benchmark. Please choose the name of your group.",
            "claims_authority",
        )


def _claims(name: str) -> bool:
    words = [_bare(word) for word in re.findall(r"[^\W_]+", name)]
    claimed = OWN_NAMES | AUTHORITY
    return bool(
        AUTHORITY & {*words}
        or (claimed & {*words} and {*filter(None, words)} <= claimed | FILLERS)
        or re.fullmatch(f"({'|'.join(claimed)})+", "".join(words))
    )


def _bare(word: str) -> str:
    """Return a word without accents, and without digits at its end."""
    letters = (c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    return "".join(letters).rstrip("0123456789")


def _is_letter(character: str) -> bool:
    """Return whether a character has a script of its own; modifier letters are used with several."""
    return unicodedata.category(character) in ("Lu", "Ll", "Lt", "Lo")


def _script(letter: str) -> str:
    """Return the script of a letter, with which its Unicode name begins."""
    return re.split("[ -]", unicodedata.name(letter, "OTHER"))[0]
