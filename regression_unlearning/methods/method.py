"""What a method is: one module that checks its settings and unlearns.

A module of this folder, or one that another package names in the entry-point group
``regression_unlearning.methods``, is a method when it has the parts of `Method`. Its settings are
read before any job: torch is imported in `unlearn`. docs/plug-in.md lists what it must not do.
"""

from typing import TYPE_CHECKING, Protocol

from regression_unlearning.settings.section import Section

if TYPE_CHECKING:
    from torch import nn

    from regression_unlearning.training.task import Task


class Method(Protocol):
    """The parts of a method's module.

    It may also have ``HELPERS``, names of helper models to be trained for it (``("blindspot",)``);
    ``SEARCH``, the spaces that tuning draws its settings from: key to `settings.search` space;
    ``remark``, a function from its settings to the remark that a table of methods prints;
    ``numbers_only``, a function from its settings to the reason why it is not defined for classes,
    empty where it is (what depends on the kind of target it asks ``task.kind``, see
    `training.kinds`); and ``REFERENCE = True`` where it is not unlearning but something that
    methods are compared with: tables show it after the methods, and claims about every method
    leave it out.

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
