"""Base class of commands whose `--help` ends with examples."""

from argparse import RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand, CommandParser, DjangoHelpFormatter


class HelpFormatter(RawDescriptionHelpFormatter, DjangoHelpFormatter):
    """Django's help formatter, which lists a command's own options first, without rewrapping the examples."""


class CommandWithExamples(BaseCommand):
    """Command that shows `examples` below its options."""

    examples = ""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Put the examples below the options."""
        return super().create_parser(
            prog_name, subcommand, epilog=self.examples, formatter_class=HelpFormatter, **kwargs
        )
