"""Tables as files: one line of JSON for each row, the same for every kind of database."""

import base64
import gzip
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection
from django.db.models import Field, Model

from challenge.backups.errors import BackupError

#: Tables that are not kept. Nobody stays logged in, and the worker makes the rest again.
LEFT_OUT = ("sessions.Session", "challenge.BoardResult", "challenge.BoardLine", "challenge.PredictionFile")
#: Rows read or written at a time: replicates are 200 kB a row, and MySQL's driver loads all rows that it is asked for.
PORTION = 100
#: Higher levels take several times as long, and replicates hardly get smaller.
COMPRESSION = 1


def kept_models() -> list[type[Model]]:
    """Return the models whose rows are in a backup, with the tables between two models."""
    return [model for model in _all_models() if model._meta.label not in LEFT_OUT]


def _all_models() -> list[type[Model]]:
    models = apps.get_models(include_auto_created=True)
    return [model for model in models if model._meta.managed and not model._meta.proxy]


@contextmanager
def snapshot() -> Iterator[None]:
    """Read all tables as they are at one moment, while other processes go on writing."""
    begin = ["BEGIN DEFERRED"]  # on SQLite, `atomic` would keep all others from writing
    if connection.vendor == "mysql":
        begin = [
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
            "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
        ]
    with connection.cursor() as cursor:
        for statement in begin:
            cursor.execute(statement)
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def write_table(model: type[Model], path: Path) -> int:
    """Write the names of the columns and all rows to a file, and return the number of rows."""
    columns = [field.attname for field in model._meta.concrete_fields]
    count = 0
    with gzip.open(path, "wt", COMPRESSION, encoding="utf-8") as file:
        file.write(_line(columns))
        for row in _rows(model, columns):
            file.write(_line(row))
            count += 1
    return count


def _rows(model: type[Model], columns: Sequence[str]) -> Iterator[Sequence[Any]]:
    rows = model._base_manager.order_by("pk").values_list("pk", *columns)
    portion = list(rows[:PORTION])
    while portion:
        yield from (row[1:] for row in portion)
        portion = list(rows.filter(pk__gt=portion[-1][0])[:PORTION])


def _line(values: Sequence[Any]) -> str:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"), default=_plain) + "\n"


def _plain(value: Any) -> str:
    """Return a value as a text that the field reads back without loss."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, Decimal | UUID):
        return str(value)
    raise TypeError(f"A backup cannot keep a {type(value).__name__}.")


def read_table(model: type[Model], path: Path) -> int:
    """Insert the rows of a file into the table of a model, and return their number.

    Values go into the columns as they are: nothing is set by `save`, or by fields that set the time themselves.

    Raises:
        BackupError: the columns of the file are not those of the model.

    """
    with gzip.open(path, "rt", encoding="utf-8") as file:
        fields = _fields(model, json.loads(next(file)), path)
        statement = _insert(model, fields)
        count = 0
        with connection.cursor() as cursor:
            while portion := [json.loads(line) for line in islice(file, PORTION)]:
                cursor.executemany(statement, [_prepared(fields, row) for row in portion])
                count += len(portion)
    return count


def _fields(model: type[Model], columns: Sequence[str], path: Path) -> list[Field]:
    expected = {field.attname: field for field in model._meta.concrete_fields}
    if {*columns} != {*expected}:
        different = ", ".join(sorted({*columns} ^ {*expected}))
        raise BackupError(f"{path.name} does not fit this version of the software: {different}.")
    return [expected[column] for column in columns]


def _insert(model: type[Model], fields: Sequence[Field]) -> str:
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column or field.attname) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    return f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({places})"  # noqa: S608 - names of ours


def _prepared(fields: Sequence[Field], row: Sequence[Any]) -> list[Any]:
    return [
        field.get_db_prep_save(field.to_python(value), connection)
        for field, value in zip(fields, row, strict=True)
    ]


def empty_tables() -> None:
    """Delete the rows of all tables, also of those that are not kept; constraints must be off."""
    with connection.cursor() as cursor:
        for model in _all_models():
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")  # noqa: S608
