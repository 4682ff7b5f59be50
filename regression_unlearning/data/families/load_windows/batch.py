"""Mini-batches of windows of hourly load: two gathers from one array of customers by hours."""

from regression_unlearning.settings.section import Section

#: Columns that are known ahead of time, and the one that is not, in the network's order.
KNOWN, LOAD = ("hour_of_day", "day_of_week", "time_index"), "load"


class Reading(Section):
    """How mini-batches are made: there is nothing to choose."""


class Inputs:
    """Windows of load on a device: a batch is two gathers.

    Parameters
    ----------
    arrays : dict of Tensor
        See `prepare`.
    reading : Reading
        Nothing to choose.
    device : str or device
        Where the arrays go.
    """

    augments, replayable = False, True
    known, load = KNOWN, LOAD

    def __init__(self, arrays: dict, reading: Reading | None = None, device="cpu"):
        arrays = {name: array.to(device) for name, array in arrays.items()}
        self.history = int(arrays["history"][0])
        self.customers = len(arrays["load"])
        self.customer = arrays["customer"].long()
        self._first = arrays["hour"].long() - self.history
        self._place = self.customer * arrays["load"].shape[1] + self._first
        self.device = self.customer.device
        self._scale = arrays["load"].new_tensor([[0.0, 1.0]])
        # windows as views, one per row: nothing is copied before a batch is gathered
        width, columns = self.history + 1, len(KNOWN)
        self._load = arrays["load"].flatten().unfold(0, width, 1)
        self._known = arrays["known"].flatten().unfold(0, width * columns, columns)

    def batch(self, rows, *, training: bool = False) -> dict:
        """The inputs of pytorch-forecasting's networks for some rows.

        Parameters
        ----------
        rows : Tensor of int64 (n,)
            Row numbers.
        training : bool
            Not used.

        Returns
        -------
        dict of Tensor
            ``encoder_cont`` float32 (n, history, 4) and ``decoder_cont`` (n, 1, 4): hour of day,
            day of week, number of the hour, load (that of the hour to predict too: the network
            does not read it); ``encoder_cat`` int64 (n, history, 1), ``decoder_cat`` (n, 1, 1): the
            customer; ``encoder_lengths``, ``decoder_lengths`` int64 (n,); ``target_scale`` float32
            (n, 2): shift 0 and scale 1.
        """
        import torch

        customer, columns = self.customer[rows], len(KNOWN)
        values = self._load.new_empty(len(rows), self.history + 1, columns + 1)
        known = self._known.index_select(0, self._first[rows])
        values[:, :, :columns] = known.view(len(rows), -1, columns)
        values[:, :, columns] = self._load.index_select(0, self._place[rows])
        customers = customer[:, None, None]
        lengths = torch.full_like(customer, self.history)
        return {
            "encoder_cat": customers.expand(-1, self.history, 1),
            "encoder_cont": values[:, : self.history],
            "encoder_lengths": lengths,
            "decoder_cat": customers,
            "decoder_cont": values[:, self.history :],
            "decoder_lengths": torch.ones_like(customer),
            "target_scale": self._scale.expand(len(customer), 2),
        }
