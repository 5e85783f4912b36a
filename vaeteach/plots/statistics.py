"""What a statistician draws: runs over seeds with intervals, differences, counts."""

import numpy as np

from .style import COLOURS, SERIES


def student_interval(values, level=0.95):
    """Ends (low, high) of Student's interval for the mean of values (n,); NaN for a single one."""
    from scipy.stats import t

    values = np.asarray(values, float)
    if len(values) < 2:
        return np.nan, np.nan
    half = t.ppf((1 + level) / 2, len(values) - 1) * values.std(ddof=1) / len(values) ** 0.5
    return values.mean() - half, values.mean() + half


def draw_over_seeds(ax, frame, x, y, hue=None, palette=None):
    """Runs that differ in their seed: the mean and its 95 % interval (Student's).

    frame: a row a run and place, with columns x, y and, if given, hue. Numbers along x give a curve
    with a band; names give a dot for each seed and the mean with its interval beside them, and
    where y holds the names the drawing lies on its side. palette: {value of hue: colour}. Returns
    the Axes.
    """
    import seaborn
    from pandas.api.types import is_numeric_dtype

    missing = [name for name in (x, y, hue) if name is not None and name not in frame]
    if missing:
        raise ValueError(f"the frame has no column {missing[0]!r}; it has {list(frame.columns)}")
    what = dict(data=frame, x=x, y=y, hue=hue, ax=ax)
    if hue is None:
        what["color"] = palette or COLOURS["q"]
    else:
        what["palette"] = palette or list(SERIES[: frame[hue].nunique()])
    if is_numeric_dtype(frame[x]) and is_numeric_dtype(frame[y]):
        curve = dict(errorbar=student_interval, lw=2, err_kws={"lw": 0, "alpha": 0.2})
        seaborn.lineplot(**what, **curve)
    else:
        aside = bool(hue) and 0.8 * (1 - 1 / frame[hue].nunique())
        strip = dict(alpha=0.45, size=5, jitter=False, dodge=bool(hue), legend=False)
        seaborn.stripplot(**what, **strip)
        mean = dict(errorbar=student_interval, ls="none", markersize=8, capsize=0.15, dodge=aside)
        seaborn.pointplot(**what, **mean, err_kws={"lw": 2})
    if ax.get_legend():
        ax.get_legend().set(frame_on=False)
    return ax


def draw_differences(ax, names, means, errors, colour=COLOURS["q"], offset=0.0, label=None):
    """Dots with error bars, a row a name, against the line at 0. Returns the ErrorbarContainer.

    For means and half widths that are known; `draw_over_seeds` draws the runs themselves.
    """
    rows = np.arange(len(names))[::-1]
    ax.axvline(0, color=COLOURS["prior"], lw=1.2, zorder=1)
    style = dict(fmt="o", ms=7, capsize=4, lw=2, color=colour, label=label, zorder=2)
    dots = ax.errorbar(means, rows + offset, xerr=errors, **style)
    ax.set_yticks(rows, names, fontsize=12)
    ax.set_ylim(-0.6, len(rows) - 0.4)
    return dots


def draw_confusion(ax, counts):
    """A table of counts as a heatmap with its numbers, a row a truth, a column an answer.

    Zeros are left blank. counts: a DataFrame of whole numbers. Shading is by share of the row.
    Returns the QuadMesh.
    """
    import seaborn

    share = counts.div(counts.sum(axis=1).clip(lower=1), axis=0)
    words = counts.astype(str).where(counts > 0, "")
    shades = dict(cmap=seaborn.light_palette(COLOURS["q"], as_cmap=True), vmin=0, vmax=1)
    text = dict(annot=words, fmt="", annot_kws={"size": 12})
    seaborn.heatmap(share, cbar=False, linewidths=0.5, ax=ax, **text, **shades)
    ax.tick_params(labelsize=11)
    return ax.collections[0]
