"""Where the boxes of a graph go: layers of boxes along the way, few crossings, smooth lines. Pure numbers.

Coordinates are (across, along): along is the way the data goes, whichever way that is drawn. The steps are those of
Sugiyama's method: rank the boxes along, give long edges a point in each rank they pass, order each rank, then place.
"""

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

_LINE_GAP = 0.55  # the room beside a line that passes, in parts of the gap between boxes
_WIDE = 2.5  # what is wider than this is large


@dataclass(frozen=True)
class Layout:
    """Centres of the boxes, waypoints of the edges (across, from, to) per rank they pass, and the size of the whole."""

    centres: list
    ranks: list
    spans: list  # for each rank (from, to) along
    routes: list
    backward: list  # for each edge, whether it closes a circle and so goes back
    across: float
    along: float


def layout(sizes, edges, gap=(0.3, 0.3), first=(), last=()):
    """Place boxes.

    Args:
        sizes: (across, along) of each box.
        edges: (source, target, offset at the source, offset at the target): numbers of boxes, and how far across from
            their centres the edge is fixed.
        gap: the least room between boxes (across, along).
        first, last: numbers of boxes that have to be in the first and the last rank.
    """
    n = len(sizes)
    backward = _backward(n, edges)
    ways = [(t, s, b, a) if back else (s, t, a, b) for (s, t, a, b), back in zip(edges, backward, strict=True)]
    ranks = _ranks(n, ways, first, last)
    nodes, links, chains = _with_points(n, ways, ranks)
    rows = _ordered(nodes, links, max(nodes, default=0) + 1)
    widths = [sizes[i][0] if i < n else 0.0 for i in range(len(nodes))]
    gaps = [gap[0] if i < n and sizes[i][1] > 0 else gap[0] * _LINE_GAP for i in range(len(nodes))]
    centres = _across(rows, links, widths, gaps, _branches(n, ways, chains))
    left = min((c - w / 2 for c, w in zip(centres, widths, strict=True)), default=0)
    across = max((c + w / 2 for c, w in zip(centres, widths, strict=True)), default=0) - left
    spans, along = [], 0.0
    for row in rows:
        deep = max((sizes[i][1] for i in row if i < n), default=0.0)
        spans.append((along, along + deep))
        along += deep + gap[1]
    middle = [sum(spans[rank]) / 2 for rank in nodes]
    routes = [[(centres[p] - left, *spans[nodes[p]]) for p in chain] for chain in chains]
    routes = [route[::-1] if back else route for route, back in zip(routes, backward, strict=True)]
    places = [(centres[i] - left, middle[i]) for i in range(n)]
    return Layout(places, ranks, spans, routes, backward, across, max(0.0, along - gap[1]))


def _backward(n, edges):
    """Which edges close a circle (a shared layer that meets its own output again), so that the others have an order."""
    after = [[] for _ in range(n)]
    for number, (source, target, *_) in enumerate(edges):
        after[source].append((number, target))
    state, backward = [0] * n, [False] * len(edges)
    for start in range(n):
        if state[start]:
            continue
        state[start], stack = 1, [(start, iter(after[start]))]
        while stack:
            node, rest = stack[-1]
            for number, target in rest:
                if state[target] == 1:
                    backward[number] = True
                elif state[target] == 0:
                    state[target] = 1
                    stack.append((target, iter(after[target])))
                    break
            else:
                state[node] = 2
                stack.pop()
    return backward


def _ranks(n, ways, first, last):
    """The longest way from the start, but inputs right before what they go into."""
    before, after = [[] for _ in range(n)], [[] for _ in range(n)]
    for source, target, *_ in ways:
        if source != target:
            before[target].append(source)
            after[source].append(target)
    ranks, waiting = [0] * n, [len(b) for b in before]
    ready = [i for i in range(n) if not waiting[i]]
    for node in ready:  # grows as it goes
        for target in after[node]:
            ranks[target] = max(ranks[target], ranks[node] + 1)
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    for node in range(n):
        if not before[node] and after[node] and node not in first:
            ranks[node] = min(ranks[target] for target in after[node]) - 1
    end = max(ranks, default=0)
    for node in last:
        ranks[node] = end
    return ranks


def _with_points(n, ways, ranks):
    """Boxes and points by rank, the links between neighbouring ranks, and for each edge its chain of points."""
    nodes, links, chains = list(ranks), [], []
    for source, target, at_source, at_target in ways:
        chain, here, offset = [], source, at_source
        for rank in range(ranks[source] + 1, ranks[target]):
            chain.append(len(nodes))
            nodes.append(rank)
            links.append((here, chain[-1], offset, 0.0))
            here, offset = chain[-1], 0.0
        if source != target:
            links.append((here, target, offset, at_target))
        chains.append(chain)
    return nodes, links, chains


def _branches(n, ways, chains):
    """The boxes, and the points of those long edges that are branches of their own rather than pass beside a box."""
    out, into = Counter(way[0] for way in ways), Counter(way[1] for way in ways)
    solid = set(range(n))
    for (source, target, *_), chain in zip(ways, chains, strict=True):
        if out[source] == 1 or into[target] == 1:
            solid.update(chain)
    return solid


def _ordered(nodes, links, count, sweeps=8):
    """The nodes of each rank from left to right: ordered by their neighbours, back and forth, keeping the best."""
    rows = [[] for _ in range(count)]
    for node, rank in enumerate(nodes):
        rows[rank].append(node)
    above, below = [[] for _ in nodes], [[] for _ in nodes]
    for source, target, *_ in links:
        below[source].append(target)
        above[target].append(source)
    best, fewest = [row[:] for row in rows], _crossings(rows, below)
    for sweep in range(sweeps):
        if not fewest:
            break
        down = sweep % 2 == 0
        neighbours = above if down else below
        for row in rows if down else rows[::-1]:
            _sort(row, rows, nodes, neighbours)
        crossings = _crossings(rows, below)
        if crossings < fewest:
            best, fewest = [row[:] for row in rows], crossings
    return best


def _sort(row, rows, nodes, neighbours):
    def mean(node):
        places = [rows[nodes[other]].index(other) / max(1, len(rows[nodes[other]]) - 1) for other in neighbours[node]]
        return sum(places) / len(places) if places else row.index(node) / max(1, len(row) - 1)

    keys = {node: mean(node) for node in row}
    row.sort(key=keys.__getitem__)


def _crossings(rows, below):
    total = 0
    for row, after in pairwise(rows):
        place = {node: i for i, node in enumerate(after)}
        ends = [sorted(place[target] for target in below[node] if target in place) for node in row]
        for i, left in enumerate(ends):
            for right in ends[i + 1 :]:
                total += sum(a > b for a in left for b in right)
    return total


def _across(rows, links, widths, gaps, solid, sweeps=40, settle=20):
    """Positions across. What stands in line is moved as one, to the middle of what is before and after it."""
    before, after = [[] for _ in widths], [[] for _ in widths]
    for source, target, at_source, at_target in links:
        after[source].append((target, at_target - at_source))
        before[target].append((source, at_source - at_target))
    lines, line_of, offset = _lines(before, after, solid)
    weights = [1.0 if any(node in solid for node in line) else 0.02 for line in lines]
    # Beside a line there is the same room all along it, so that its neighbours are straight too; but not as much as a
    # large nested model in it would take.
    rooms = [max((widths[node] for node in line if widths[node] <= _WIDE), default=0.0) for line in lines]
    room = [max(width, rooms[line]) for width, line in zip(widths, line_of, strict=True)]
    wide_gaps = [max(gaps[node] for node in line) for line in lines]
    gaps = [wide_gaps[line] for line in line_of]
    x, at = [0.0] * len(widths), [0.0] * len(lines)
    for sweep in range(sweeps + settle):
        for number, line in enumerate(lines if 0 < sweep < sweeps else []):
            first, last = line[0], line[-1]
            wishes = [x[other] + shift - offset[first] for other, shift in before[first]]
            wishes += [x[other] + shift - offset[last] for other, shift in after[last]]
            if wishes:
                at[number] = sum(wishes) / len(wishes)
                for node in line:
                    x[node] = at[number] + offset[node]
        for row in rows:
            _place(row, [at[line_of[i]] + offset[i] for i in row], x, room, gaps, [weights[line_of[i]] for i in row])
        for number, line in enumerate(lines):
            at[number] = sum(x[node] - offset[node] for node in line) / len(line)
    return x


def _lines(before, after, solid):
    """The boxes and points that stand in line: as lists, for each its list, and how far beside the first it belongs.

    A box is in line with the one that follows if that is the only box that does, and the other way round; lines that
    pass beside do not count. A point is in line with its neighbours if nothing else meets there.
    """

    def boxes(ends):
        return [end for end in ends if end[0] in solid]

    follower = {}
    for node, ends in enumerate(after):
        own = boxes(ends) if node in solid else []
        if len(own) == 1 and len(boxes(before[own[0][0]])) == 1:
            follower[node] = own[0]
        elif len(ends) == 1 and len(before[ends[0][0]]) == 1:
            follower[node] = ends[0]
    lines, line_of, offset = [], [0] * len(after), [0.0] * len(after)
    followed = {other for other, _ in follower.values()}
    for node in range(len(after)):
        if node in followed:
            continue
        line, here = [node], node
        while here in follower:
            other, shift = follower[here]
            offset[other] = offset[here] - shift
            line.append(other)
            here = other
        for one in line:
            line_of[one] = len(lines)
        lines.append(line)
    return lines, line_of, offset


def _place(row, wishes, x, widths, gaps, weights):
    """Put the nodes of a row where they wish to be, in order and apart: least squares, pooling what collides."""
    offsets, total = [], 0.0
    for i, node in enumerate(row):
        if i:
            before = row[i - 1]
            total += (widths[before] + widths[node]) / 2 + (gaps[before] + gaps[node]) / 2
        offsets.append(total)
    pools = []  # [mean, weight, how many]
    for wish, offset, heavy in zip(wishes, offsets, weights, strict=True):
        pools.append([wish - offset, heavy, 1])
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            mean, weight, count = pools.pop()
            last = pools[-1]
            last[0] = (last[0] * last[1] + mean * weight) / (last[1] + weight)
            last[1] += weight
            last[2] += count
    i = 0
    for mean, _, count in pools:
        for _ in range(count):
            x[row[i]] = mean + offsets[i]
            i += 1
