"""GPUs of a job, training seeds that share it, and those of them that share its GPU at a time."""

from collections.abc import Callable
from dataclasses import dataclass

from regression_unlearning.errors import UserError
from regression_unlearning.settings.document import Settings
from regression_unlearning.settings.resources import Resources

#: How messages name a key of the profile begins.
_PROFILE = "the profile's default-resources."


@dataclass(frozen=True)
class Sharing:
    """What jobs share.

    Attributes
    ----------
    gpus_per_job : int
        GPUs of a job with a network whose dataset does not say.
    seeds_per_job : int
        Training seeds of a job.
    jobs_per_gpu : int
        Processes of a job that share its GPU, each for a part of its seeds.
    """

    gpus_per_job: int
    seeds_per_job: int
    jobs_per_gpu: int

    def gpus(self, asked: Resources) -> int:
        """GPUs that a job with a network asks for."""
        return self.gpus_per_job if asked.gpu is None else asked.gpu

    def at_once(self, asked: Resources, seeds: int) -> int:
        """Processes of a job over some seeds that work at once; one where it asks for no GPU."""
        return min(self.jobs_per_gpu, seeds) if self.gpus(asked) else 1


def sharing(settings: Settings, said: Callable[[str], str | None]) -> Sharing:
    """What jobs share, by the profile, else by params.yaml.

    Parameters
    ----------
    settings : Settings
        Checked settings.
    said : callable
        Text of a name in the profile's default-resources, or None.

    Raises
    ------
    UserError
        When the profile says another thing than a whole number, of at least 1 but for the GPUs, or
        when more seeds are to share a GPU than a job has.
    """
    values, places = {}, {}
    for name, least in (("gpus_per_job", 0), ("seeds_per_job", 1), ("jobs_per_gpu", 1)):
        text = said(name)
        values[name] = getattr(settings, name) if text is None else _count(name, text, least)
        places[name] = settings.at(name) if text is None else f"{_PROFILE}{name}"
    if values["jobs_per_gpu"] > values["seeds_per_job"]:
        raise UserError(
            f"{places['jobs_per_gpu']}: {values['jobs_per_gpu']} training seeds of a job cannot "
            f"share its GPU: {places['seeds_per_job']} is {values['seeds_per_job']}. Set it to "
            f"{values['jobs_per_gpu']} or more, or jobs_per_gpu to less."
        )
    return Sharing(**values)


def _count(name: str, text: str, least: int) -> int:
    if not text.isdecimal() or int(text) < least:
        raise UserError(f"{_PROFILE}{name}: {text!r} is not a whole number of at least {least}.")
    return int(text)
