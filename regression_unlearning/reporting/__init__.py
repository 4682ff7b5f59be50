"""Tables, figures, claims and the report.

Numbers come in as rows of measures (see `summary.tidy`) and go out as files. Nothing here runs a
network, and nothing imports one.
"""
