"""Figures: functions from rows to `Figure`, drawn by plotly.js on pages and by kaleido in files.

This package uses neither the database nor a request. Colours and fonts come from `themes`, at drawing time.
"""
