"""The map of concepts as boxes and arrows."""

import math

from .style import COLOURS

LETTER, HALF_LINE = 3.2, 17  # points: half the width of a letter, half the height of a box


def draw_concept_map(ax, concepts, links):
    """Boxes (key, text, x, y, colour), arrows (start, relation, end, notebook): both lists."""
    places = {c.key: (c.x, c.y) for c in concepts}
    widths = {c.key: LETTER * len(c.text) + 7 for c in concepts}
    xs, ys = [c.x for c in concepts], [c.y for c in concepts]
    ax.set(xlim=(min(xs) - 1.3, max(xs) + 1.1), ylim=(min(ys) - 0.6, max(ys) + 0.6))
    ax.axis("off")
    # points a unit of the map
    across = 72 * ax.figure.get_figwidth() / (ax.get_xlim()[1] - ax.get_xlim()[0])
    upwards = 72 * ax.figure.get_figheight() / (ax.get_ylim()[1] - ax.get_ylim()[0])
    arrows, centred = [], dict(ha="center", va="center")

    def margin(key, dx, dy):
        """From the middle of a box to its edge in the direction of an arrow, in points."""
        sides = widths[key] / max(abs(dx), 1e-9), HALF_LINE / max(abs(dy), 1e-9)
        return min(sides) * math.hypot(dx, dy) + 3

    def aside(direction, ends, text):
        """How far under its arrow a text belongs that would hide it, in points, else 0."""
        dx, dy = map(abs, direction)
        half, seen = LETTER * len(text), 1 - sum(ends) / math.hypot(dx, dy)
        hidden = 2 * dy < dx and seen * dx < 2 * half + 30
        return HALF_LINE / 2 + half * dy / dx if hidden else 0

    for link in links:
        (x0, y0), (x1, y1) = places[link.start], places[link.end]
        direction = (x1 - x0) * across, (y1 - y0) * upwards
        ends = [margin(key, *direction) for key in (link.start, link.end)]
        arrow = dict(arrowstyle="-|>", color="0.35", lw=1.4, shrinkA=ends[0], shrinkB=ends[1])
        arrows.append(ax.annotate("", (x1, y1), (x0, y0), zorder=1, arrowprops=arrow))
        text = f"{link.relation} ({link.notebook:02d})"
        paper = dict(fc="white", ec="none", pad=0.8)
        middle = (x0 + x1) / 2, (y0 + y1) / 2 - aside(direction, ends, text) / upwards
        ax.text(*middle, text, fontsize=11, zorder=2, bbox=paper, **centred)
    boxes = []
    for c in concepts:
        box = dict(boxstyle="round,pad=0.45", fc="white", ec=COLOURS[c.colour], lw=2.5)
        boxes.append(ax.text(c.x, c.y, c.text, fontsize=12, zorder=3, bbox=box, **centred))
    return boxes, arrows
