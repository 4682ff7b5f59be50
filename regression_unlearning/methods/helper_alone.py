"""The helper alone: Blindspot's helper as it is.

A reference, not unlearning: the helper was trained from scratch on the retain set for a few
epochs. Blindspot has to come nearer to the retrained model than the helper that it imitates.
"""

from regression_unlearning.settings.section import Name, Section

HELPERS = ("blindspot",)
REFERENCE = True


class Settings(Section):
    """Which helper; no training.

    ``helper`` names an entry of the dataset's ``further_blindspots``; none means its ``blindspot``.
    """

    helper: Name | None = None


def remark(_settings: Settings) -> str:
    """The remark that a table of methods prints for it."""
    return "a reference, no unlearning: the model that Blindspot imitates, as it is"


def unlearn(model, task, settings: Settings):
    """Return a copy of the helper; the helper's seconds count as the method's cost."""
    from regression_unlearning.models.modules.copying import copied

    with task.working():
        return copied(task.helpers["blindspot"])
