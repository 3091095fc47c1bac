"""Build hook: packs the site's own scoring code into the package, so that both compute the same."""

from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SCORER = Path("challenge") / "scoring"


class PackScorer(BuildHookInterface):
    """Adds the modules of `challenge/scoring` as `medbig.scoring`."""

    def initialize(self, version: str, build_data: dict) -> None:
        """List the files to add; in a source archive, they are part of the package already."""
        scorer = Path(self.root).parent / SCORER
        packed = Path(self.root) / "src" / "medbig" / "scoring"
        if not scorer.is_dir():
            if not packed.is_dir():
                raise FileNotFoundError(
                    f"{scorer} is missing: build the package in a checkout of the benchmark."
                )
            return
        folder = "medbig/scoring" if self.target_name == "wheel" else "src/medbig/scoring"
        for module in sorted(scorer.rglob("*.py")):
            build_data["force_include"][str(module)] = f"{folder}/{module.relative_to(scorer).as_posix()}"
