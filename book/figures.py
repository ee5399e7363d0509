"""One style for every figure of the book, and the few drawing helpers that chapters share.

A chapter opens with

    import figures
    figures.use_style()

in a cell that is not shown. The rules behind the numbers below:

* A page column is 700 px wide on a desk and about 330 px on a phone. Figures are drawn at most 5.4 inches
  wide with letters of 10 points or more, so that on a phone they are still 9 px high.
* The background is transparent. In dark mode the style sheet inverts lightness and keeps hue, so a figure
  works in both. Where gray levels themselves are the subject (`show_digits`), the cell carries the class
  `true-colors`, and the page puts a light card behind the figure instead.
* The colors are Okabe and Ito's, told apart with any color vision. Never color alone: `LINES` pairs each with
  a dash pattern, and lines are labeled where they end.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import cycle, pairwise

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib_inline.backend_inline import set_matplotlib_formats

BLUE, ORANGE, GREEN, PURPLE, SKY, RED = "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00"
INK, GRAY, FAINT = "#1a1a1a", "#6b6b6b", "#d5d5d5"

COLORS = (BLUE, RED, GREEN, PURPLE, ORANGE, SKY)
DASHES = ("-", (0, (5, 2)), (0, (1, 1.3)), (0, (5, 1.5, 1, 1.5)), (0, (8, 2)), (0, (2, 1)))
LINES = tuple({"color": color, "linestyle": dash} for color, dash in zip(COLORS, DASHES, strict=True))
"""Keyword arguments for `plot`, one set per line: a color and its own dash pattern."""

WIDTH = 5.2
"""Width of a figure in inches: fits a desk's column without shrinking, and is legible on a phone."""


def use_style() -> None:
    """Sets the book's style for every figure that follows in this notebook."""
    set_matplotlib_formats("retina")
    mpl.rcParams.update({
        "figure.figsize": (WIDTH, 3.1),
        "figure.dpi": 96,
        "figure.facecolor": "none",
        "axes.facecolor": "none",
        "savefig.facecolor": "none",
        "figure.constrained_layout.use": True,
        "font.size": 11,
        "font.family": "DejaVu Sans",  # comes with matplotlib, so every machine draws the same picture
        "axes.titlesize": 11,
        "axes.labelsize": 11,
        "axes.edgecolor": GRAY,
        "axes.labelcolor": INK,
        "text.color": INK,
        "xtick.labelsize": 10,
        "ytick.labelsize": 10,
        "xtick.color": GRAY,
        "ytick.color": GRAY,
        "xtick.labelcolor": INK,
        "ytick.labelcolor": INK,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.prop_cycle": mpl.cycler(color=COLORS) + mpl.cycler(linestyle=DASHES),
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": FAINT,
        "grid.linewidth": 0.7,
        "lines.linewidth": 2,
        "legend.frameon": False,
        "image.cmap": "gray",
        "image.interpolation": "nearest",
    })


def show_image(image: np.ndarray, ax: Axes | None = None, title: str = "", **options: object) -> Axes:
    """Draws one gray image in its true levels, 0 black to 255 white, without axes.

    Args:
        image: two-dimensional; 0 to 255, unless `vmin` and `vmax` are among the options.
        ax: where to draw; the current axes by default.
        title: a line above the image.
        options: handed on to `imshow`.
    """
    ax = ax or plt.gca()
    ax.imshow(image, **{"cmap": "gray", "vmin": 0, "vmax": 255, **options})
    ax.set_xticks([])
    ax.set_yticks([])
    ax.grid(False)
    for spine in ax.spines.values():
        spine.set(visible=True, color=GRAY, linewidth=0.7)
    ax.set_title(title, pad=4)
    return ax


def show_images(images: Sequence[np.ndarray], titles: Sequence[str] = (), columns: int = 5,
                width: float = WIDTH, **options: object) -> Figure:
    """Draws images in a grid, in their true gray levels; the cell needs the class `true-colors`.

    Args:
        images: two-dimensional arrays of one shape.
        titles: one line above each image; may be empty.
        columns: images in a row.
        width: of the whole figure, in inches.
        options: handed on to `imshow`.
    """
    rows = -(-len(images) // columns)
    height, wide = np.shape(images[0])
    cell = width / columns
    row = cell * height / wide + (0.3 if len(titles) else 0.05)
    figure, axes = plt.subplots(rows, columns, squeeze=False, figsize=(width, rows * row))
    titles = [*titles, *[""] * (len(images) - len(titles))]
    for ax, image, title in zip(axes.flat, images, titles, strict=False):
        show_image(image, ax, title, **options)
    for ax in axes.flat[len(images):]:
        ax.set_axis_off()
    return figure


def label_ends(ax: Axes, labels: Sequence[str], gap: float = 0.06) -> None:
    """Writes each line's label at its right end instead of a legend, moved apart where they would touch.

    Args:
        ax: axes whose lines were drawn in the order of `labels`.
        labels: one per line.
        gap: least distance between two labels, as a share of the height of the axes.
    """
    lines = ax.get_lines()[:len(labels)]
    ax.figure.canvas.draw()
    to_share = ax.transData + ax.transAxes.inverted()
    ends = [to_share.transform((line.get_xdata()[-1], line.get_ydata()[-1])) for line in lines]
    height = -np.inf
    for index in sorted(range(len(lines)), key=lambda i: ends[i][1]):
        height = max(ends[index][1], height + gap)
        ax.annotate(labels[index], (ends[index][0], height), xycoords="axes fraction", xytext=(6, 0),
                    textcoords="offset points", va="center", color=lines[index].get_color(),
                    fontweight="bold", fontsize=10, annotation_clip=False)


def line_styles() -> cycle[dict[str, object]]:
    """An endless supply of `LINES`, for loops."""
    return cycle(LINES)


# --- The network, drawn once -------------------------------------------------------------------------------

PARTS = ("pixels", "first weights", "hidden", "second weights", "outputs", "softmax", "loss", "slopes")
"""What `draw_network` can light up. The slopes, which run backward, are drawn only where they are lit."""


def draw_layers(ax: Axes, columns: Sequence[np.ndarray], lit: Collection[int | tuple[int, int]] = (),
                edges: bool = True) -> None:
    """Draws layers of units as columns of circles, and a line for each weight between neighboring columns.

    Args:
        ax: where to draw.
        columns: one array of shape (units, 2) for each layer, the places of its circles.
        lit: what stands out: `1` is the second layer, `(0, 1)` the weights between the first and the second.
        edges: whether the weights are drawn.
    """
    for index, (here, there) in enumerate(pairwise(columns)):
        if edges:
            bright = (index, index + 1) in lit
            ax.add_collection(LineCollection(
                [(start, end) for start in here for end in there], zorder=1,
                colors=BLUE if bright else FAINT, linewidths=1.0 if bright else 0.6))
    for index, column in enumerate(columns):
        bright = index in lit
        ax.plot(*column.T, linestyle="none", marker="o", markersize=9, zorder=2, markeredgewidth=2 if bright else 1,
                markerfacecolor=BLUE if bright else "white", markeredgecolor=BLUE if bright else GRAY)


def draw_network(lit: Collection[str] = (), height: float = 2.25) -> Axes:
    """Draws the network of this book, 784 pixels, 512 hidden units, 10 outputs, softmax and the loss.

    Args:
        lit: the parts that stand out, of `PARTS`.
        height: of the figure, in inches.

    Returns:
        The axes, in inches.

    Raises:
        ValueError: `lit` names something that is no part.
    """
    if unknown := sorted(set(lit) - set(PARTS)):
        raise ValueError(f"{unknown[0]!r} is no part of the network; the parts are {', '.join(PARTS)}")
    _, ax = plt.subplots(figsize=(WIDTH, height), layout="none")
    ax.set_position((0, 0, 1, 1))
    ax.set(xlim=(0, WIDTH), ylim=(0, height))
    ax.set_axis_off()
    middle, top = height / 2 + 0.06, height - 0.2

    def column(x: float, rows: Sequence[float]) -> np.ndarray:
        return np.array([(x, middle + 0.17 * row) for row in rows])

    # Of 784 pixels and 512 units eight are drawn; the gap in the middle stands for the others.
    many = (4.2, 3.2, 2.2, 1.2, -1.2, -2.2, -3.2, -4.2)
    ten = [4.05 - 0.9 * row for row in range(10)]
    places = {"pixels": 0.42, "hidden": 1.72, "outputs": 3.0, "softmax": 3.86, "loss": 4.78}
    columns = [column(places["pixels"], many), column(places["hidden"], many), column(places["outputs"], ten)]
    numbers = {"pixels": 0, "first weights": (0, 1), "hidden": 1, "second weights": (1, 2), "outputs": 2}
    draw_layers(ax, columns, [numbers[part] for part in lit if part in numbers])
    for x in (places["pixels"], places["hidden"]):
        ax.plot([x] * 3, middle + np.array([-0.08, 0, 0.08]), ".", color=GRAY, markersize=3)

    for part in ("softmax", "loss"):
        bright = part in lit
        ax.add_patch(plt.Rectangle(
            (places[part] - 0.24, middle - 0.75), 0.48, 1.5, facecolor="#dcecf7" if bright else "white",
            edgecolor=BLUE if bright else GRAY, linewidth=2 if bright else 1))
    for before, after, radius in (("outputs", "softmax", 0.1), ("softmax", "loss", 0.26)):
        ax.annotate("", (places[after] - 0.26, middle), (places[before] + radius, middle),
                    arrowprops={"arrowstyle": "->", "color": GRAY})
    ax.text(places["softmax"], middle, "$p$", ha="center", va="center", fontsize=13)
    ax.text(places["loss"], middle, r"$-\ln p$", ha="center", va="center")
    for part, x in places.items():
        ax.text(x, top, part, ha="center", va="center", fontsize=10, fontweight="bold" if part in lit else "normal",
                color=BLUE if part in lit else INK)
    for part, count in (("pixels", "784"), ("hidden", "512"), ("outputs", "10")):
        ax.text(places[part], 0.17, count, ha="center", va="center", fontsize=10)
    for part, x in (("first weights", 1.02), ("second weights", 2.32)):
        if part in lit:
            ax.text(x, top, "weights", ha="center", va="center", fontsize=10, fontweight="bold", color=BLUE)
    if "slopes" in lit:
        for start, end in ((places["loss"], 4.22), (3.6, 3.18), (2.82, 1.96), (1.48, 0.7)):
            ax.annotate("", (end, 0.17), (start, 0.17), arrowprops={
                "arrowstyle": "-|>", "color": RED, "linewidth": 2, "shrinkA": 0, "shrinkB": 0})
        ax.text(3.91, 0.17, "slopes", ha="center", va="center", fontsize=10, fontweight="bold", color=RED)
    return ax
