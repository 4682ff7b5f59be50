"""Tables, figures, claims and the report.

The input is measured values (see `evaluation.values`), the output files. Nothing here runs or
imports a network.
"""
