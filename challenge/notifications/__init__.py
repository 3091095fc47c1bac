"""Mails to teams: the values of their texts, and their sending."""
