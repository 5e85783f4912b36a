"""The map of concepts as a drawing whose arrows are links into the lessons."""

import html
import math

WIDE, HIGH = 178, 72  # pixels of a unit of the map, to the right and upwards
HALF, LETTER = 19, 8.4  # half the height of a box, and what a letter needs


def concept_map(concepts, links, pages, colours):
    """SVG. concepts, links: of vaeteach.support.glossary. pages: {number of a lesson: address}."""
    left, top = min(c.x for c in concepts), max(c.y for c in concepts)
    place = {c.key: ((c.x - left) * WIDE + 120, (top - c.y) * HIGH + 30) for c in concepts}
    half = {c.key: len(c.text) * LETTER / 2 + 8 for c in concepts}
    width = max(place[c.key][0] + half[c.key] for c in concepts) + 10
    height = max(y for _, y in place.values()) + 40

    def edge(key, towards):
        """Where the line from the middle of this box to that of the other leaves it."""
        (x, y), (u, v) = place[key], place[towards]
        dx, dy = u - x, v - y
        reach = min(half[key] / max(abs(dx), 1e-9), HALF / max(abs(dy), 1e-9))
        return x + reach * dx, y + reach * dy

    lines, words = [], []
    for link in links:
        (x, y), (u, v) = edge(link.start, link.end), edge(link.end, link.start)
        short = 5 / max(math.hypot(u - x, v - y), 1)
        u, v = u - short * (u - x), v - short * (v - y)
        lines.append(
            f'<line x1="{x:.0f}" y1="{y:.0f}" x2="{u:.0f}" y2="{v:.0f}" marker-end="url(#tip)"/>'
        )
        text = f"{html.escape(link.relation)} ({link.notebook:02d})"
        label = (
            f'<text class="relation" x="{(x + u) / 2:.0f}" y="{(y + v) / 2 + 4:.0f}">{text}</text>'
        )
        page = pages.get(link.notebook)
        words.append(f'<a href="{page}">{label}</a>' if page else label)
    boxes = [
        f'<rect x="{x - half[c.key]:.0f}" y="{y - HALF}" width="{2 * half[c.key]:.0f}"'
        f' height="{2 * HALF}" rx="6" style="stroke: {colours[c.colour]}"/>'
        f'<text x="{x:.0f}" y="{y + 5:.0f}">{html.escape(c.text)}</text>'
        for c in concepts
        for x, y in [place[c.key]]
    ]
    said = "Map of concepts: boxes joined by arrows, each named, with the lesson that shows it."
    return (
        f'<svg class="concept-map" viewBox="0 0 {width:.0f} {height:.0f}" role="group"'
        f' aria-label="{said}"><defs><marker id="tip" markerWidth="9" markerHeight="8" refX="7"'
        ' refY="4" orient="auto"><path d="M0,0 L9,4 L0,8 z"/></marker></defs>'
        f"{''.join(lines)}{''.join(boxes)}{''.join(words)}</svg>"
    )
