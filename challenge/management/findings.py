"""Findings about what a site needs, written by commands."""

from django.core.management.base import BaseCommand

from challenge.upkeep.findings import findings


def write_findings(command: BaseCommand) -> int:
    """Write one line for each finding, and return how many things are missing."""
    missing = 0
    for finding in findings():
        if finding.missing:
            missing += 1
            command.stdout.write(command.style.ERROR(f"MISSING  {finding.name}: {finding.missing}"))
        else:
            command.stdout.write(f"ok       {finding.name}")
    return missing
