"""Second accounts: signs that two accounts belong to one team.

A sign that honest teams may share, such as a link, counts only with another one. Teams of one institution share the
domain of their addresses, so it is no sign at all.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: Words in a row that are compared, and the fewest such rows of words: shorter texts say nothing.
N_WORDS, FEWEST_SHINGLES = 5, 20
#: Shares of the shorter text that the longer one has, too: a sign with another one, and a sign alone.
SIMILAR, SAME = 0.5, 0.85
#: Shortest part before the @ that names a person.
SHORTEST_LOCAL_PART = 6
#: Parts before the @ that many institutions have.
OFFICES = frozenset(
    [
        "admin",
        "contact",
        "hello",
        "imaging",
        "mailbox",
        "medical",
        "office",
        "research",
        "science",
        "secretary",
        "support",
        "webmaster",
    ]
)
#: Letters of other scripts that look like Latin ones.
LOOK_ALIKES = str.maketrans(
    # Cyrillic capitals, Cyrillic small letters, Greek capitals, Greek small letters, Armenian small letters
    "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0406\u0408\u0405"
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0501\u04bb\u04cf\u051b\u051d"
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7"
    "\u03b1\u03bf\u03bd\u03c1\u03b9\u03c5"
    "\u0585\u057d\u0570\u0578",
    "ABEKMHOPCTYXIJS" "aeopcyxijsdhlqw" "ABEZHIKMNOPTYX" "aovpiu" "ouhn",
)  # fmt: skip
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Account:
    """Known facts of an account: name, e-mail address, and what it said and sent with its entries."""

    name: str
    address: str = ""
    texts: frozenset[str] = field(default_factory=frozenset)
    links: frozenset[str] = field(default_factory=frozenset)
    #: Checksums of uploaded files.
    files: frozenset[str] = field(default_factory=frozenset)


def signs(one: Account, other: Account) -> dict[str, Any]:
    """Return the signs that two accounts belong to one team, as JSON can keep them; empty if they are too few."""
    found: dict[str, Any] = {
        "mailbox": same_mailbox(one.address, other.address),
        "name": look_alike(one.name, other.name),
        "file": bool(one.files & other.files),
        "person": same_person(one.address, other.address),
        "links": sorted(one.links & other.links),
    }
    wording = max((similarity(a, b) for a in one.texts for b in other.texts), default=0.0)
    if wording >= SIMILAR:
        found["wording"] = round(wording, 3)
    kept = {name: value for name, value in found.items() if value}
    return kept if is_enough(kept) else {}


def is_enough(found: Mapping[str, Any]) -> bool:
    """Return whether signs are a reason to look: one that honest teams do not share, or two others."""
    alone = found.keys() & {"mailbox", "name", "file"} or found.get("wording", 0.0) >= SAME
    return bool(alone) or len(found) >= 2


def same_mailbox(one: str, other: str) -> bool:
    """Return whether two addresses lead to one mailbox: tags after a plus, and dots for some providers."""
    return bool(one and other) and _mailbox(one) == _mailbox(other)


def _mailbox(address: str) -> tuple[str, str]:
    local, _, domain = address.casefold().rpartition("@")
    local = local.partition("+")[0]
    if domain in ("gmail.com", "googlemail.com"):
        return local.replace(".", ""), "gmail.com"
    return local, domain


def same_person(one: str, other: str) -> bool:
    """Return whether two addresses at different domains have one part before the @, which names a person."""
    (local, domain), (other_local, other_domain) = _mailbox(one), _mailbox(other)
    is_name = len(local) >= SHORTEST_LOCAL_PART and local not in OFFICES
    return is_name and local == other_local and domain != other_domain


def look_alike(one: str, other: str) -> bool:
    """Return whether two different names look the same, because letters are of another script."""
    return one.casefold() != other.casefold() and skeleton(one) == skeleton(other)


def skeleton(name: str) -> str:
    """Return a name with Latin letters in place of those of other scripts that look like them, without case."""
    return " ".join(name.translate(LOOK_ALIKES).casefold().split())


def similarity(one: str, other: str) -> float:
    """Return the share of the rows of five words in the shorter text that the longer one has, too; 0 if it is short."""
    first, second = shingles(one), shingles(other)
    fewest = min(len(first), len(second))
    return len(first & second) / fewest if fewest >= FEWEST_SHINGLES else 0.0


def shingles(text: str) -> set[tuple[str, ...]]:
    """Return all rows of five words of a text."""
    words = _WORD.findall(text.casefold())
    return {tuple(words[start : start + N_WORDS]) for start in range(len(words) - N_WORDS + 1)}


def may_be_similar(words: set[str], text: str) -> bool:
    """Return whether a text shares enough words with a set of words to be worth a comparison; quick."""
    others = set(_WORD.findall(text.casefold()))
    return len(words & others) >= SIMILAR * min(len(words), len(others)) > 0


def words_of(text: str) -> set[str]:
    """Return the words of a text."""
    return set(_WORD.findall(text.casefold()))
