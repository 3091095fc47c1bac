"""Training protocols of baselines, by the names that configurations have for them."""

from collections.abc import Mapping

PROTOCOLS: Mapping[str, str] = {
    "ours": "ours",
    "thesis": "Bachmeier (2024)",
    "doerrich": "Doerrich et al. (2025)",
}
