"""Train, validation and test in the order of time, without leakage: sequence_split().

    split = sequence_split(data, validation=0.15, test=0.15, scale="standard")
    split.train, split.validation, split.test       the pieces; split.rows says which rows they are
    split.undo(model >> predict(x))                 predictions in the units of the data

    for train, assess in sequence_split(data, initial=120, assess=12, skip=11):      rolling origins

Which rows go where is worked out in split_plan.py, what comes back is in split_pieces.py, the scales in scaling.py.
"""

import numbers

from pipekeras.errors import DataError, InvalidValueError
from pipekeras.receivers import is_frame
from pipekeras.sequences.chronology import beside, check_increasing, index_times, place_of, series_in
from pipekeras.sequences.plan import Shape
from pipekeras.sequences.scales import method_of
from pipekeras.sequences.scaling import sequence_scaler
from pipekeras.sequences.split_pieces import BESIDE, SequenceSplit, SequenceSplits, by_name, rows_of, said
from pipekeras.sequences.split_plan import Origins, planned
from pipekeras.sequences.verbs import sequence_verb
from pipekeras.values import is_bool

__all__ = ["sequence_split"]

_WHERE = "sequence_split"


@sequence_verb
def sequence_split(
    data,
    validation=None,
    test=None,
    *,
    prop=None,
    initial=None,
    assess=None,
    skip=0,
    lag=0,
    gap=0,
    cumulative=True,
    lookback=None,
    horizon=1,
    delay=1,
    sampling_rate=1,
    time=None,
    groups=None,
    scale=None,
    by_group=True,
):
    """Split a series in the order of time: once into train, validation and test, or again and again at rolling origins.

    Args:
        data: the series, its first axis time: an array (also a memmap), list, data frame, Series, or what
            sequence_source() takes open, whose pieces are not read before they are used. With `groups`, several series,
            one after the other.
        validation, test: how much of the end they take: a share of the rows (0.15), rounded down, or a number of rows.
        prop: instead, the share of train (the rest is test), or the shares of train and validation. With neither, 0.75.
        initial, assess: for rolling origins: how many rows the first train piece has, and how many each assess piece
            (1 if not given). Each split begins one row later than the one before.
        skip: how many splits to leave out after each.
        lag: rows of history that each piece after train sees before its own rows, so that its first windows have their
            lookback. These rows belong to the piece before, and must be no targets; see `lookback`.
        gap: rows left out between the pieces.
        cumulative: whether the train pieces of rolling origins grow; False keeps them at `initial` rows.
        lookback, horizon, delay, sampling_rate: the windows that will be cut from the pieces, in the words of
            sequence_windows(): `lag` is then such that the first target of each piece is its first own row, and every
            piece must have room for a window.
        time: a column (its name, or number), or an array, that must increase; by default the index, if it holds dates;
            False for none, whatever the index holds.
        groups: which series each row belongs to, a column or an array: each series is split by its own time. Of an
            array, `split.cut(groups)` has the ids of each piece: windows of a piece need them as well, as in
            sequence_windows(split.train, groups=split.cut(groups).train).
        scale: "standard", "minmax" or "robust" (True is "standard"), or a dict of arguments of sequence_scaler():
            all pieces are scaled, by what is fitted on train alone. Scaled pieces are in memory, those of a file too.
        by_group: whether each of several series has a scale of its own.

    Returns:
        A SequenceSplit, with the pieces as `.train`, `.validation` and `.test`, each of the kind that was given (lists
        and tensors as arrays); or for rolling origins a list of them, with `.train` and `.assess`.

    Raises:
        DataError: if there are too few rows, time does not increase, or series are interleaved.
        InvalidValueError: if arguments cannot be meant, or not together.

    Source: R `rsample::rolling_origin`, `rsample::initial_time_split`, `rsample::initial_validation_time_split`,
    `timetk::time_series_cv`.
    """
    data, n = rows_of(data)
    if lookback is not None:
        if lag:
            raise InvalidValueError(f"{_WHERE}: lookback={lookback} says what lag is; leave out lag={lag}")
        shape = Shape.of(_WHERE, lookback, horizon, delay, 1, sampling_rate)
        lag = max(0, shape.span - 1 + min(shape.ahead))
    elif not all(isinstance(value, numbers.Real) and value == 1 for value in (horizon, delay, sampling_rate)):
        raise InvalidValueError(
            f"{_WHERE}: horizon, delay and sampling_rate describe windows, which need lookback= too"
        )
    plan = planned(
        _WHERE,
        validation=validation,
        test=test,
        prop=prop,
        initial=initial,
        assess=assess,
        skip=skip,
        lag=lag,
        gap=gap,
        cumulative=cumulative,
        history=None if lookback is None else f"lookback={shape.lookback}",
    )
    ids = None if groups is None else beside(data, groups, "groups", n, _WHERE)
    series = [(None, 0, n)] if ids is None else series_in(ids, _WHERE)
    if is_bool(time) and not time:
        time, times = None, None
    else:
        times = index_times(data) if time is None else beside(data, time, "time", n, _WHERE)
    if times is not None:
        check_increasing(times, [begin for _, begin, _ in series], _WHERE, by_index=time is None)
    scaled = _scaled(scale, by_group, data, time, groups)
    if not series:
        raise DataError(f"{_WHERE}: the data has no rows")
    if isinstance(plan, Origins):
        result = SequenceSplits(data, plan, series, ids, scaled)
        parts = [plan.pieces(0)]
    else:
        parts = [plan.pieces(end - begin, _WHERE, said(name)) for name, begin, end in series]
    if lookback is not None:
        for of_series, (name, _, _) in zip(parts, series, strict=False):
            _check_windows(shape, plan.names, of_series, "" if name is None else f" of series {name!r}")
    if isinstance(plan, Origins):
        return result
    return SequenceSplit(data, plan.names, by_name(parts, [begin for _, begin, _ in series]), series, ids, scaled)


def _scaled(scale, by_group, data, time, groups):
    """The arguments of the scaler, or None; checked here, before anything is fitted."""
    if not is_bool(by_group):
        raise InvalidValueError(f"{_WHERE}: by_group must be True or False, it got {by_group!r}")
    if scale is None or (is_bool(scale) and not scale):
        return None
    options = (
        {"method": "standard"} if is_bool(scale) else dict(scale) if isinstance(scale, dict) else {"method": scale}
    )
    sequence_scaler._check((), {"x": data, **options})
    for name in ("x", "groups"):
        if name in options:
            raise InvalidValueError(f"{_WHERE}: scale has {name!r}, which sequence_split() gives the scaler itself")
    method_of(options.get("method", "standard"), _WHERE, "scale")
    beside_rows = (("time", time), ("groups", groups))
    places = [place_of(data, value, name, _WHERE) for name, value in beside_rows if value is not None]
    by = None
    if groups is not None and by_group:
        by = groups if is_frame(data) and isinstance(groups, (str, int, float)) else BESIDE
    return {**options, "leave": {*places} - {None}, "groups": by}


def _check_windows(shape, names, parts, of):
    for name, part in zip(names, parts, strict=True):
        rows = part.stop - part.start
        if rows < shape.needs:
            history = f" and {part.own - part.start} of history" if part.own > part.start else ""
            raise DataError(
                f"{_WHERE}: {name}{of} has {part.stop - part.own} rows{history}, and a window with"
                f" lookback={shape.lookback} and its targets needs {shape.needs}: {shape.needs - rows} too few"
            )
