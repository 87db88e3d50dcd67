"""Plots as paths of SVG, made here: columns over an hour, with gaps where nobody noted anything."""

from collections.abc import Sequence

HIGH, GAP = 30.0, 0.2


def columns(values: Sequence[int | None]) -> str:
    """Return a path with a column for each value, as high as the greatest lets it be; none where there is none.

    A column is one unit wide, and the whole `HIGH` units high. A zero is a line, so that it differs from a gap.
    """
    most = max((one for one in values if one is not None), default=0) or 1
    return "".join(_column(place, one / most) for place, one in enumerate(values) if one is not None)


def _column(place: int, share: float) -> str:
    high = max(share * HIGH, 0.6)
    return f"M{place + GAP / 2:g} {HIGH:g}v{-high:.2f}h{1 - GAP:g}v{high:.2f}z"
