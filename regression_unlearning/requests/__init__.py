"""A deletion request: what is asked, the answer, its audit, and the ledger of all answers."""
