"""The four experiments of Bachmeier (2024), recomputed from the published means; no Django."""
