"""Charts as inline SVG; colours come from the page's style sheet, so that light and dark both fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from eval.report.texts import pair

_WIDTH = 560
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 16, 14, 40
_MAX_BINS = 24


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a bar chart: a share with its interval."""

    label: str
    n: int
    n_good: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """Return the share, 0 to 1."""
        return self.n_good / self.n


@dataclass(frozen=True, slots=True)
class Series:
    """A named line: points (x, y), x rising."""

    name: str
    points: Sequence[tuple[float, float]]


def bar_chart(bars: Sequence[Bar]) -> Markup:
    """Return horizontal bars, one a label, with whiskers and counts at their ends."""
    row, left, right = 26, 110, 84
    height = row * len(bars) + 8
    span = _WIDTH - left - right
    parts = [_svg_open(height, "by_type")]
    for number, bar in enumerate(bars):
        y = row * number + 4
        middle = y + row / 2
        parts.append(_text(left - 8, middle + 4, bar.label, anchor="end"))
        parts.append(
            Markup('<rect class="track" x="{}" y="{:.1f}" width="{}" height="14" rx="2"/>').format(left, y + 6, span)
        )
        parts.append(
            Markup(
                '<rect class="bar" x="{}" y="{:.1f}" width="{:.1f}" height="14" rx="2"><title>{}</title></rect>'
            ).format(left, y + 6, span * bar.share, f"{bar.label} {bar.n_good}/{bar.n} [{bar.low:.2f}, {bar.high:.2f}]")
        )
        parts += [
            _line(left + span * bar.low, middle, left + span * bar.high, middle, kind) for kind in ("halo", "whisker")
        ]
        parts.append(_text(left + span + 8, middle + 4, f"{bar.n_good}/{bar.n}"))
    return _joined(parts)


def line_chart(
    series: Sequence[Series], *, title: str, x_label: str, x_ticks: Sequence[float], y_max: float = 1.0
) -> Markup:
    """Return lines over 0..x_max and 0..y_max, each named at its last point. title, x_label: keys of texts, or plain."""
    height = 250
    x_max = max(x_ticks)
    plot = _Plot(height=height, x_max=x_max, y_max=y_max)
    parts = [_svg_open(height, title), *plot.frame(x_ticks, x_label=x_label)]
    for number, line in enumerate(series):
        coordinates = " ".join(f"{plot.x(x):.1f},{plot.y(y):.1f}" for x, y in line.points)
        parts.append(Markup('<polyline class="line s{}" points="{}"/>').format(number, coordinates))
        if len(line.points) <= 12:
            parts += [_dot(plot.x(x), plot.y(y), number, f"{line.name}: {y:.3f}") for x, y in line.points]
    if len(series) > 1:
        parts += _legend(series, x=_WIDTH - _RIGHT - 120, y=height - _BOTTOM - 16 * len(series) - 6)
    return _joined(parts)


def histogram(values: Sequence[float], *, title: str, unit: str) -> Markup:
    """Return a histogram of values, at least one, from 0 to their 99th percentile; the tail falls into the last bin."""
    height = 220
    top = max(float(np.percentile(values, 99)), 1e-9)
    counts, edges = np.histogram(
        np.minimum(values, top), bins=min(_MAX_BINS, max(4, len(values) // 4)), range=(0.0, top)
    )
    plot = _Plot(height=height, x_max=top, y_max=float(counts.max()))
    parts = [_svg_open(height, title), *plot.frame([round(top * part / 4, 1) for part in range(5)], x_label=unit)]
    for count, start, end in zip(counts, edges[:-1], edges[1:], strict=True):
        x, width = plot.x(start) + 1, max(1.0, plot.x(end) - plot.x(start) - 2)
        parts.append(
            Markup(
                '<rect class="bar" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"><title>{}</title></rect>'
            ).format(
                x,
                plot.y(float(count)),
                width,
                plot.y(0) - plot.y(float(count)),
                f"{start:.1f}–{end:.1f} {unit}: {count}",
            )
        )
    return _joined(parts)


@dataclass(frozen=True, slots=True)
class _Plot:
    """The plane of a chart: values to coordinates, axes and grid."""

    height: int
    x_max: float
    y_max: float

    def x(self, value: float) -> float:
        return _LEFT + value / self.x_max * (_WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        return self.height - _BOTTOM - value / self.y_max * (self.height - _TOP - _BOTTOM)

    def frame(self, x_ticks: Sequence[float], *, x_label: str) -> list[Markup]:
        parts = []
        for part in range(5):
            value = self.y_max * part / 4
            parts.append(_line(_LEFT, self.y(value), _WIDTH - _RIGHT, self.y(value), "grid"))
            parts.append(_text(_LEFT - 6, self.y(value) + 4, f"{value:.3g}", anchor="end"))
        for tick in x_ticks:
            parts.append(_text(self.x(tick), self.height - _BOTTOM + 16, f"{tick:g}", anchor="middle"))
        parts.append(_text((_LEFT + _WIDTH - _RIGHT) / 2, self.height - 6, x_label, anchor="middle"))
        return parts


def _legend(series: Sequence[Series], *, x: float, y: float) -> list[Markup]:
    parts = []
    for number, line in enumerate(series):
        parts.append(
            Markup('<line class="line s{}" x1="{}" y1="{}" x2="{}" y2="{}"/>').format(
                number, x, y + 16 * number, x + 18, y + 16 * number
            )
        )
        parts.append(_text(x + 24, y + 16 * number + 4, line.name))
    return parts


def _svg_open(height: int, title: str) -> Markup:
    zh, en = pair(title)
    return Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{} / {}">').format(_WIDTH, height, zh, en)


def _text(x: float, y: float, text: str, *, anchor: str = "start") -> Markup:
    """Return a text; a key of texts becomes both languages."""
    made = Markup('<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>')
    zh, en = pair(text)
    if zh == en:
        return made.format("", x, y, anchor, text)
    return made.format("zh", x, y, anchor, zh) + made.format("en", x, y, anchor, en)


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Markup:
    return Markup('<line class="{}" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>').format(kind, x1, y1, x2, y2)


def _dot(x: float, y: float, number: int, title: str) -> Markup:
    return Markup('<circle class="dot s{}" cx="{:.1f}" cy="{:.1f}" r="4"><title>{}</title></circle>').format(
        number, x, y, title
    )


def _joined(parts: Sequence[Markup]) -> Markup:
    return Markup("").join([*parts, Markup("</svg>")])
