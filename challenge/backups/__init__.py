"""Backups of the whole site, independent of the kind of database: rows, files, labels and key."""
