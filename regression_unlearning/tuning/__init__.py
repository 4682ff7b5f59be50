"""Choose a method's settings: never on what a table reports."""
