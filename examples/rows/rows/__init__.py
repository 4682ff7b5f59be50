"""Tables of numbers, a row a case: from a source to a measure, in a package of its own."""
