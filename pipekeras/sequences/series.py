"""What a series is made ready as, whatever it was given as: numbers by row, targets by row, where each series ends."""

from dataclasses import dataclass

__all__: list[str] = []


@dataclass(frozen=True)
class Series:
    """One or several series, one after the other in the same rows, as windows and folds are cut from them.

    Rows are those of the data, unless `rows` says otherwise.

    Args:
        x: the inputs: array or source, (rows, features) or (rows, ...); (rows,) ids of words or categories.
        y: the targets, (rows, columns) or (rows, ...), or None.
        begins, ends: arrays: the stretches of rows that nothing crosses: series, and their parts between gaps.
        names: the id of the series that each stretch belongs to; None for a single one.
        columns, targets: the names of the columns of x and y where they have any.
        levels: the words or categories that the ids of x stand for: a list, or for a data frame {column: list}; None
            where all are numbers. target_levels: the same for y.
        real: bool (rows,): False where a row stands in for one that is missing; None if all are real.
        lost: bool (rows,): True where the targets of a row are missing, and filled in; None if none are.
        bad, bad_targets: bool (rows,): True where windows must have no step, or no target; None if nowhere.
        known: (rows, columns): covariates that are known ahead, such as the calendar; None without.
        static: (stretches, columns): what does not change along a series; None without.
        times: (rows,): the time of each row; None without.
        rows: (rows,): the row of the data that each row is, -1 where it was put in for a time that is missing; None if
            they are the same.
        cut_at_gaps: whether the stretches are parts of series, between gaps in time.
        checked: whether values are known to be there. What is read from a file is looked at when it is read.
        where: the function that was called, for messages.
    """

    x: object
    y: object
    begins: object
    ends: object
    names: object = None
    columns: object = None
    targets: object = None
    levels: object = None
    target_levels: object = None
    real: object = None
    lost: object = None
    bad: object = None
    bad_targets: object = None
    known: object = None
    static: object = None
    times: object = None
    rows: object = None
    cut_at_gaps: bool = False
    checked: bool = True
    where: str = "sequence_windows"

    def __len__(self):
        return len(self.x)

    @property
    def noun(self):
        """What the stretches are, for messages."""
        return "parts between gaps in time" if self.cut_at_gaps else "series"
