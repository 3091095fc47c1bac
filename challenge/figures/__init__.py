"""The figures: functions from rows to `Figure`, drawn by plotly.js on pages and by kaleido in files.

Nothing here knows the database or a request; colours and fonts come from `themes`, at drawing time.
"""
