"""Findings about what a site needs: each is one line, which says what to do if something is missing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from challenge.upkeep import content_checks, setting_checks


@dataclass(frozen=True)
class Finding:
    """Result of one check: `missing` says what is missing and what to do; it is empty if nothing is."""

    name: str
    missing: str


#: A check returns what is missing and what to do, or nothing.
Check = Callable[[], str]

#: Checks that need no table.
SETTINGS: dict[str, Check] = {
    "Debug mode": setting_checks.debug_mode,
    "Secret key": setting_checks.secret_key,
    "Address of the site": setting_checks.address,
    "HTTPS": setting_checks.https,
    "Contact": setting_checks.contact,
    "Mail server": setting_checks.mail_server,
    "Cache": setting_checks.cache,
    "Folders": setting_checks.folders,
    "Stored files": setting_checks.stored_files,
    "Static files": setting_checks.static_files,
}
CONTENT: dict[str, Check] = {
    "Administrator": content_checks.administrator,
    "Test labels": content_checks.labels,
    "Published results": content_checks.published_results,
    "Texts": content_checks.texts,
    "Phase": content_checks.phase,
    "Releases": content_checks.releases,
    "Worker": content_checks.worker,
}


def findings() -> Iterator[Finding]:
    """Return the result of every check; without tables, only the checks that need none follow."""
    yield from (Finding(name, check()) for name, check in SETTINGS.items())
    migrations = _migrations()
    yield Finding("Database", migrations)
    if not migrations:
        yield from (Finding(name, check()) for name, check in CONTENT.items())


def _migrations() -> str:
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        return unusable_database(error)
    return f"Migrations are not applied: {len(waiting)}. Run `manage.py migrate`." if waiting else ""


def unusable_database(error: DatabaseError) -> str:
    """Return what to do if the database does not answer, or does not exist."""
    return (
        f"The database cannot be used ({error}). Look at DATABASE_URL; "
        "docs/operations.md says how to create a database of MySQL or MariaDB."
    )
