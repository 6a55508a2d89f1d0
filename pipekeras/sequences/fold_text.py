"""A fold in words: which rows go where, what is left out or padded, and where states begin at zero."""

__all__: list[str] = []


def describe(fold, shown):
    """The text of SequenceFold.describe(), which lists the first `shown` stretches."""
    plan = fold.plan
    features = "x".join(map(str, fold.step_shape))
    lines = [
        f"Fold of {_many(fold.data_rows, 'row')}: {_many(plan.batches, 'batch', 'batches')} of"
        f" {_many(plan.batch_size, 'row')} x {_many(plan.timesteps, 'step')} x {features}.",
        "Row i of a batch goes on in row i of the next:",
        *_stretches(fold, shown),
        _targets(fold),
        _left_out(fold),
    ]
    if fold.pad and not fold.padded:
        lines.append("Nothing is padded.")
    elif fold.pad:
        lines.append(
            f"Padded: {fold.padded} of {_many(plan.steps, 'step')}, with {fold.pad_value}"
            + (", at sample weight 0." if fold.has_targets else "; mask(k) tells them.")
        )
    lines.append(_states(fold))
    return "\n".join(line for line in lines if line)


def _many(n, one, more=None):
    return f"{n} {one if n == 1 else more or one + 's'}"


def _stretches(fold, shown):
    names, plan = fold.series.names, fold.plan
    ordered = sorted(plan.stretches, key=lambda s: (s.row, s.batch))
    for s in ordered[:shown]:
        last = s.batch + -(-s.steps // plan.timesteps) - 1
        group = "" if names is None else f" of {names[s.series]!r}"
        batches = f"batch {s.batch}" if last == s.batch else f"batches {s.batch} to {last}"
        rows = f"data row {s.start}" if s.steps == 1 else f"data rows {s.start} to {s.start + s.steps - 1}"
        yield f"  row {s.row}, {batches}: {rows}{group}"
    if len(ordered) > shown:
        yield f"  ... and {len(ordered) - shown} more"


def _targets(fold):
    if not fold.has_targets:
        return "No targets."
    whose = "each step" if fold.per_step else "the last step of each block"
    if not fold.delay:
        return f"Targets: the row of {whose} itself."
    way = "after" if fold.delay > 0 else "before"
    rows = "the row" if abs(fold.delay) == 1 else f"{abs(fold.delay)} rows"
    return f"Targets: {rows} {way} {whose}."


def _left_out(fold):
    without = fold.data_rows - sum(rows for _, rows in fold.spans)
    parts = []
    if fold.dropped:
        parts.append(f"{_many(fold.dropped, 'row')} that fill no batch")
    if without:
        parts.append(f"{_many(without, 'row')} without a target")
    text = f"Left out: {' and '.join(parts)}." if parts else "No row is left out."
    names, there = fold.series.names or (), {s.series for s in fold.plan.stretches}
    gone = [repr(name) for i, name in enumerate(names) if i not in there and not fold.is_shard]
    if gone:
        text += f" Of {_many(len(gone), 'series', 'series')} nothing is there: {', '.join(gone[:8])}"
        text += ", ..." if len(gone) > 8 else "."
    return text


def _states(fold):
    """Where states begin at zero, and at how many of these places a series does not."""
    stretches, plan = fold.plan.stretches, fold.plan
    middle = sum(s.start != fold.spans[s.series][0] for s in stretches)
    later = sum(s.batch > 0 for s in stretches)
    text = f"States begin at zero in {_many(len(stretches), 'place')}"
    if later:
        text += f", {later} of them after batch 0"
    if middle:
        text += f", {middle} in the middle of a series"
    empty = plan.batch_size - len({s.row for s in stretches})
    return (
        text
        + "."
        + (f" {_many(empty, 'row')} of the batch {'is' if empty == 1 else 'are'} all padding." if empty else "")
    )
