"""Files of Swagger UI, which come with django-ninja and show the description of the programming interface."""

from importlib.util import find_spec
from pathlib import Path


def swagger_folder() -> Path:
    """Return the folder of the files. It is found without importing django-ninja, which would cost workers 12 MB."""
    spec = find_spec("ninja")
    if spec is None or spec.origin is None:
        raise ImportError("django-ninja is not installed.")
    return Path(spec.origin).parent / "static" / "ninja"
