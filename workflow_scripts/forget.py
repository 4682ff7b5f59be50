"""Answer a deletion request: the console command, for a job."""

from regression_unlearning.cli import main

if __name__ == "__main__":
    main()
