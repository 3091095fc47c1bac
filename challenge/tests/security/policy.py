"""Policy for the content of pages, as every response must state it."""

STRICT_CSP = {
    "default-src": ["'none'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
    "form-action": ["'self'"],
}


def directives(policy: str) -> dict[str, list[str]]:
    return {name: sources for name, *sources in (part.split() for part in policy.split(";"))}


def check_the_policy(policy: str) -> None:
    found = directives(policy)
    assert {name: found[name] for name in STRICT_CSP} == STRICT_CSP
    for name, sources in found.items():
        assert "'unsafe-eval'" not in sources
        assert not {"*", "http:", "https:"} & set(sources), "nothing of other sites is loaded"
        if name not in ("style-src-attr",):
            assert "'unsafe-inline'" not in sources, name
        assert "data:" not in sources or name == "img-src"
        assert "blob:" not in sources or name == "img-src"
    assert found["script-src"] == ["'self'"]
