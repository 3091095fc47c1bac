"""The four experiments of Bachmeier (2024), computed again from the published means: no Django in here."""
