"""What a job asks the machine, or the cluster, for."""

from regression_unlearning.settings.section import Count, Section, Whole


class Resources(Section):
    """What a job of this dataset that runs a network asks for: `minutes` for one training.

    A second attempt asks for twice the memory and the minutes.
    """

    threads: Count = 1
    """CPU threads."""
    gpu: Whole | None = None
    """GPUs that a job asks for; one is used. Without it as many as `gpus_per_job` says."""
    memory_mb: Count = 2000
    """MiB of memory."""
    minutes: Count = 60
