"""What a method is: one module that checks its settings and unlearns.

A module of this folder, or one that another package names in the entry-point group
``regression_unlearning.methods``, is a method when it has the parts of `Method`. Its settings are
read before any job: torch is imported in `unlearn`. docs/plug-in.md says what it must not do.
"""

from typing import TYPE_CHECKING, Protocol

from regression_unlearning.settings.section import Section

if TYPE_CHECKING:
    from torch import nn

    from regression_unlearning.training.task import Task


class Method(Protocol):
    """The parts of a method's module.

    It may also have ``HELPERS``, helper models that it wants trained (``("blindspot",)``);
    ``SEARCH``, what its settings are searched among: key to `settings.search` space; ``remark``, a
    function from its settings to what a table of methods says of it; ``numbers_only``, one to why
    it makes no sense of classes, empty where it does (what depends on the targets it asks
    ``task.kind``, see `training.kinds`); and ``REFERENCE = True`` where it is no unlearning but
    what unlearning is held against: tables show it after the methods, and claims about every
    method leave it out.

    Attributes
    ----------
    Settings : type
        Its options in params.yaml; derived from `settings.training.Fit` where it trains.
    """

    Settings: type[Section]

    def unlearn(self, model: "nn.Module", task: "Task", settings: Section) -> "nn.Module":
        """Make a model forget: the same seed, the same bits.

        Parameters
        ----------
        model : Module
            A copy of the original, in evaluation mode; it may be changed in place.
        task : Task
            Rows to keep and to forget, the loss, the training loop, helpers.
        settings : Section
            An object of `Settings`.

        Returns
        -------
        Module
            The same network, every weight finite.

        Raises
        ------
        UserError
            When the settings do not fit the network or the data.
        """
