"""What the rules need: the grid of jobs, what a file depends on, what is missing."""
