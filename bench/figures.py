"""How a figure is printed: beside the reference of the same run, with their ratio and the target."""

from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that this share of all is not above; not a number without any."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else float("nan")


def show(
    what: str, figure: float, unit: str, reference: tuple[str, float], *, above: float | None = None,
    below: float | None = None,
) -> bool:  # fmt: skip
    """Print one line; tell whether the target, if there is one, is met."""
    name, value = reference
    met, target = True, ""
    if above is not None:
        met, target = figure >= above, f"   alvo ≥ {above:g} {unit}"
    elif below is not None:
        met, target = figure < below, f"   alvo < {below:g} {unit}"
    verdict = "" if not target else ": cumprido" if met else ": PERDIDO"
    ratio = figure / value if value else float("nan")
    print(
        f"{what:42} {figure:9.2f} {unit:10} {name} {value:.2f} {unit}   razão {ratio:.2f}{target}{verdict}", flush=True
    )
    return met
