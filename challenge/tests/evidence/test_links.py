"""Links of entries: where they lead must be what readers see."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from challenge.forms.fields import StudyField, WebField

GOOD = [
    "https://example.org/",
    "http://example.org:8080/a/b?c=d#e",
    "https://xn--mnchen-3ya.de/arbeit",
    "https://example.org/Veröffentlichung/2027",
    "https://arxiv.org/abs/2401.00001",
    "https://[2001:db8::1]/",
]
BAD = {
    "https://user@example.org/": "user name",
    "https://user:secret@example.org/": "user name",
    "https://github.com@evil.example/": "user name",
    "https://example.org/\u202efdp.exe": "nobody sees",
    "https://exa\u200bmple.org/": "nobody sees",
    "https://example.org/\u2066code": "nobody sees",
    "https://example.org/a\u00a0b": "nobody sees",
    "https://example.org/\u3164": "nobody sees",
    "https://example.org/\U000e0100": "nobody sees",
    "https://example.org\\@evil.example/": "backslash",
    "https://münchen.de/": "Write it as xn--mnchen-3ya.de",
    "https://g\u0456thub.com/": "letters outside ASCII",
    "javascript:alert(1)": "not a web address",
    "ftp://example.org/": "not a web address",
    "https://": "not a web address",
    "https://[": "not a web address",
    "[::1": "not a web address",
    "https://a]b/": "not a web address",
    "https://[1.2.3.4]/": "not a web address",
    "https://[a]@b/": "not a web address",
    "https://\u2100.example/": "not a web address",
}


@pytest.mark.parametrize("link", GOOD)
def test_honest_links_are_taken_as_they_are(link):
    assert WebField(assume_scheme="https").clean(link) == link


@pytest.mark.parametrize(("link", "words"), BAD.items(), ids=ascii)
def test_misleading_links_are_refused_with_the_reason(link, words):
    with pytest.raises(ValidationError, match=words):
        WebField(assume_scheme="https").clean(link)


@pytest.mark.parametrize("link", ["https://user@doi.org/10.1000/182", "10.1000/18\u202e2"])
def test_a_study_is_checked_in_the_same_way(link):
    with pytest.raises(ValidationError, match=r"user name|nobody sees"):
        StudyField(assume_scheme="https").clean(link)


@given(st.text(min_size=1, max_size=20) | st.text("[]:/@.1a\u2100", min_size=1, max_size=20))
def test_what_is_taken_has_an_ascii_host_and_no_user(text):
    field = WebField(assume_scheme="https")
    try:
        cleaned = field.clean(text if "//" in text else f"https://{text}")
    except ValidationError:
        return
    host = cleaned.partition("://")[2].partition("/")[0]
    assert host.isascii()
    assert "@" not in host
    assert cleaned.isprintable()
