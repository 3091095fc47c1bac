"""Dates and times of the admin: like on the pages, with the time zone."""

DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y, H:i e"
