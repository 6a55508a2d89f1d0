"""What a forecast is told beforehand: the future of what is not predicted, and what does not change along a series."""

from pipekeras._keras import keras
from pipekeras.asarray import as_array
from pipekeras.errors import DataError, InvalidValueError, suggestion
from pipekeras.receivers import is_frame
from pipekeras.sequences.chronology import index_times
from pipekeras.sequences.covariates import static_of
from pipekeras.sequences.forecast_data import continued

__all__: list[str] = []


class Beforehand:
    """What was given as known= and static=, in the order of a `forecast_data.Past`'s series.

    Attributes:
        fed: (series, rows, columns): the future of the columns that are read and not predicted; None without.
        known: (series, rows, columns) for the input named known; None without.
        static: (series, values) for the input named static; None without.
    """

    def __init__(self, known, static, past, scale, shapes, steps, where):
        self.past, self.scale, self.shapes, self.steps, self.where = past, scale, shapes, steps, where
        self.fed = self.known = None
        self._take_known(known)
        self.static = self._static(static)

    def _take_known(self, known):
        past, unread = self.past, self.past.unpredicted
        shape = self.shapes.get("known")
        if known is None:
            return
        if not unread and shape is None:
            raise InvalidValueError(
                f"{self.where}: known= was given, but the model predicts all columns that it reads"
                f" ({past.names(past.read)}): leave it out, or say by targets= which it predicts"
            )
        frame = is_frame(known) and known.ndim == 2
        if unread and shape is not None and not frame:
            raise InvalidValueError(
                f"{self.where}: the model has an input named known, and there are columns that it reads and does not"
                f" predict ({past.names(past.read[i] for i in unread)}): give known as a data frame with all of them"
            )
        names = list(known.columns) if frame else None
        if unread:
            wanted = [past.read[i] for i in unread]
            chosen = None
            if frame and past.labels is not None:
                chosen = [past.labels[c] for c in wanted]
                lacking = [name for name in chosen if name not in names]
                if lacking:
                    near = suggestion(lacking[0], names, quote="'", otherwise=f"; it has {', '.join(map(str, names))}")
                    raise DataError(f"{self.where}: known has no column {lacking[0]!r}{near}")
            rows = self._rows_of(known, chosen, len(wanted), f"the columns {past.names(wanted)}")
            self.fed = self.scale.apply(rows, wanted, range(len(past)))
        if shape is not None:
            chosen = names
            if frame and len(names) != shape[-1]:
                own = {past.labels[c] for c in past.read + past.targets} if past.labels else set()
                chosen = [name for name in names if name not in own | {past.group}]
            self.known = self._rows_of(known, chosen, shape[-1], "the input named known")

    def _rows_of(self, known, chosen, width, what):
        """`known` as (series, rows, width)."""
        import numpy as np

        past, split = self.past, None
        self._refuse_other_times(known)
        if is_frame(known) and known.ndim == 2:
            if past.ids is not None and past.group in known.columns:
                column = known[past.group]
                split = [np.flatnonzero(np.asarray(column == name)) for name in past.ids]
                if len({len(rows) for rows in split}) > 1:
                    counts = ", ".join(f"{i!r}: {len(r)}" for i, r in zip(past.ids, split, strict=True))
                    raise DataError(f"{self.where}: known must have as many rows for each series, it has {counts}")
                known = known[[name for name in known.columns if name != past.group]] if chosen is None else known
            known = known[chosen] if chosen is not None else known
        rows = as_array(known, self.where, name="known", text=False)
        rows = rows[:, None] if rows.ndim == 1 and width == 1 else rows
        if split is not None:
            rows = rows[np.stack(split)]
        rows = rows[None] if rows.ndim == 2 else rows
        rows = np.broadcast_to(rows, (len(past), *rows.shape[1:])) if rows.shape[0] == 1 else rows
        if rows.ndim != 3 or rows.shape[0] != len(past) or rows.shape[2] != width:
            raise DataError(
                f"{self.where}: known has shape {np.shape(known)}, and must have a row for each step and {width} column"
                f"{'s' * (width != 1)}, for {what}"
            )
        if rows.shape[1] < self.steps:
            raise DataError(
                f"{self.where}: known has {rows.shape[1]} rows, and steps={self.steps} needs as many:"
                f" {self.steps - rows.shape[1]} too few"
            )
        if not np.isfinite(rows).all():
            raise DataError(f"{self.where}: known has missing (NaN) or infinite values, in row"
                            f" {int(np.argwhere(~np.isfinite(rows))[0][1])}: fill them in")  # fmt: skip
        return np.array(rows, "float64")

    def _refuse_other_times(self, known):
        """Raise if `known` has dates as its index, and they are not those of the forecast."""
        dates, data = index_times(known), self.past.data
        if dates is None or index_times(data) is None or self.past.several:
            return
        ahead = continued(data.index, self.steps)
        if type(ahead) is not type(dates) or len(dates) < self.steps:
            return
        for place, (has, wanted) in enumerate(zip(dates[: self.steps], ahead, strict=True)):
            if has != wanted:
                raise DataError(
                    f"{self.where}: row {place} of known is that of {has}, and step {place} of the forecast that of"
                    f" {wanted}, after {data.index[-1]}: give the rows that come after the end of data"
                )

    def _static(self, static):
        """(series, values) of the input named static."""
        shape, where, past = self.shapes.get("static"), self.where, self.past
        if shape is None and static is None:
            return None
        if static is None:
            raise InvalidValueError(f"{where}: the model has an input named static: give its values as static=")
        if shape is None:
            raise InvalidValueError(f"{where}: static= was given, and the model has no input named static")
        if past.several and past.ids is None:
            rows = as_array(static, where, name="static", text=False)
            rows = rows[:, None] if rows.ndim == 1 else rows
        else:
            rows = static_of(static, past.ids, len(past), None, where)
        if rows.shape != (len(past), shape[-1]):
            raise DataError(f"{where}: static has shape {rows.shape}, and must have {(len(past), shape[-1])}")
        return rows.astype(keras.config.floatx())

    def inputs(self, ahead, done, series):
        """{"known": ..., "static": ...} as the model reads them `done` steps after the end of the series.

        Args:
            ahead: the rows that are predicted at a time, counted from the last of the window.
            done: how many steps are forecast already.
            series: the number of the series of each window.
        """
        import numpy as np

        result, series = {}, list(series)
        if "static" in self.shapes:
            result["static"] = self.static[series]
        if "known" in self.shapes:
            if self.known is None:
                raise InvalidValueError(f"{self.where}: the model has an input named known: give its future as known=")
            shape, has = self.shapes["known"], self.known.shape[1]
            rows = np.array(ahead) + done - 1
            if rows.max() >= has:
                raise DataError(
                    f"{self.where}: known has {has} rows, and with steps={self.steps} the model reads"
                    f" {int(rows.max()) + 1}, since it predicts {len(rows)} at a time: {int(rows.max()) + 1 - has} too"
                    " few"
                )
            found = self.known[series][:, rows].astype(keras.config.floatx())
            result["known"] = found if len(shape) > 2 else found[:, 0]
        return result
