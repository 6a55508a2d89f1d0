"""What both benchmarks share: paired runs, medians, and a line for each result."""

import gc
import statistics
import time


def seconds(action, before=lambda: None):
    """How long `action()` takes, with no garbage of an earlier run and the collector off, as in timeit."""
    before()
    gc.collect()
    gc.disable()
    try:
        start = time.perf_counter()
        action()
        return time.perf_counter() - start
    finally:
        gc.enable()


def paired(ours, peer, rounds, before=lambda: None):
    """Median seconds of both, and the median of the ratios of runs that stood side by side, in changing order."""
    times = {ours: [], peer: []}
    for action in (ours, peer):  # the first run of each pays for what is made once
        seconds(action, before)
    for number in range(rounds):
        for action in (ours, peer) if number % 2 else (peer, ours):
            times[action].append(seconds(action, before))
    ratio = statistics.median(a / b for a, b in zip(times[ours], times[peer], strict=True))
    return statistics.median(times[ours]), statistics.median(times[peer]), ratio


def verdict(value, limit, better):
    """`1.03 (limit 1.05: held)`; `better` says on which side of the limit is good: "below" or "above"."""
    held = value <= limit if better == "below" else value >= limit
    return f"{value:.2f} (limit {limit:g}: {'held' if held else 'MISSED'})"
