"""What the rules ask: the grid of jobs, what a file depends on, what is missing."""
