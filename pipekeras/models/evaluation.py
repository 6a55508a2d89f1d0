"""What evaluate() and its kin return: numbers with names, printed as R prints a named vector."""

import math

from pipekeras.errors import suggestion

_DIGITS = 4  # significant digits in print
_WIDTH = 80  # columns of text before the vector goes on below


__all__ = ["Evaluation"]


class Evaluation(dict):
    """Named numbers: `result["loss"]`, `result.loss` and `result[0]` are the same; it is a dict, and prints as in R.

    The loss comes first, then the rest in the order of compile(). As with any dict, unpacking gives the names; for the
    numbers: `loss, accuracy = result.values()`. With a single number in it, float(result) is that number.

    Args:
        *args, **kwargs: what dict() takes: {name: number}.

    Source: the named list of R `keras3::evaluate`, the named vector of `keras::evaluate`.
    """

    def __getitem__(self, key):
        if isinstance(key, (int, slice)):
            values = list(self.values())
            try:
                return values[key]
            except IndexError:
                raise IndexError(f"there is no number {key}: {self._contents()}, counted from 0") from None
        try:
            return super().__getitem__(key)
        except KeyError:
            raise KeyError(self._missing(key)) from None

    def __getattr__(self, name):
        if name in self:
            return super().__getitem__(name)
        raise AttributeError(self._missing(name))

    def __dir__(self):
        return [*super().__dir__(), *(name for name in self if str(name).isidentifier())]

    def __float__(self):
        if len(self) != 1:
            raise TypeError(f"float() needs a single number: {self._contents()}; pick one by name")
        return float(self[0])

    def __repr__(self):
        if not self:
            return "Evaluation()"
        names, numbers = [str(name) for name in self], as_r_prints(list(self.values()))
        width = max(map(len, names + numbers))
        per_line = max(1, (_WIDTH + 1) // (width + 1))
        lines = []
        for start in range(0, len(names), per_line):
            for row in (names, numbers):
                lines.append(" ".join(text.rjust(width) for text in row[start : start + per_line]))
        return "\n".join(lines)

    __str__ = __repr__

    def _contents(self):
        return f"the result has {', '.join(map(str, self)) or 'nothing'}"

    def _missing(self, name):
        return f"there is no {name} in the result{suggestion(name, map(str, self), otherwise=f': {self._contents()}')}"


def as_r_prints(numbers, digits=_DIGITS):
    """The numbers as text with the same number of decimals, so many that none shows fewer than `digits` digits.

    Scientific where that is shorter, as R decides.
    """
    finite = [n for n in numbers if isinstance(n, (int, float)) and math.isfinite(n)]
    decimals, left, figures = 0, 1, 1
    for number in finite:
        mantissa, _, exponent = f"{abs(number):.{digits - 1}e}".partition("e")
        shown = len(mantissa.rstrip("0").replace(".", "")) or 1
        decimals = max(decimals, shown - int(exponent) - 1)
        left = max(left, int(exponent) + 1)
        figures = max(figures, shown)
    fixed_width = left + decimals + (decimals > 0)
    scientific_width = figures + (figures > 1) + len("e+00")
    style = f".{decimals}f" if fixed_width <= scientific_width else f".{figures - 1}e"
    return [_one(number, style) for number in numbers]


def _one(number, style):
    if not isinstance(number, (int, float)):
        return str(number)
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Inf" if number > 0 else "-Inf"
    return format(number, style)
