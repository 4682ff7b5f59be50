"""params.yaml as typed, checked settings, a file for each of its parts."""
