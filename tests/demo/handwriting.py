"""Ten digits as a person would write them: pen strokes as points in a box of 100 x 100, y downward.

Data for the tests, which draw them by mouse, finger and keyboard.
"""

from __future__ import annotations

import math

Stroke = list[tuple[float, float]]


def arc(x: float, y: float, rx: float, ry: float, start: float, end: float, points: int = 14) -> Stroke:
    """Part of an ellipse around (x, y); angles in degrees, 0 to the right, 90 downward."""
    angles = [math.radians(start + (end - start) * k / (points - 1)) for k in range(points)]
    return [(x + rx * math.cos(angle), y + ry * math.sin(angle)) for angle in angles]


DIGITS: dict[int, list[Stroke]] = {
    0: [arc(50, 50, 28, 44, -80, 285)],
    1: [[(52, 8), (48, 92)]],
    2: [[*arc(48, 30, 24, 23, -170, 40), (30, 88), (78, 86)]],
    3: [[*arc(46, 28, 24, 21, -150, 80), *arc(46, 71, 27, 23, -75, 150)]],
    4: [[(30, 10), (24, 56), (76, 54)], [(68, 12), (62, 94)]],
    5: [[(74, 10), (36, 11), (33, 46), *arc(48, 66, 26, 24, -90, 130)]],
    6: [[(64, 8), (40, 32), *arc(49, 68, 22, 23, -170, 180)]],
    7: [[(22, 14), (76, 12), (44, 94)]],
    8: [[*arc(50, 30, 20, 20, -60, -270), *arc(50, 71, 23, 21, -90, 270), *arc(50, 30, 20, 20, 90, -60)]],
    9: [[*arc(48, 32, 21, 22, -20, -350), (70, 30), (64, 92)]],
}

SEVEN_BY_KEYBOARD = [
    *["ArrowUp"] * 9, *["ArrowLeft"] * 6, "Space", *["ArrowRight"] * 12,
    *[*["ArrowDown"] * 3, "End"] * 4, *["ArrowDown"] * 3, "Space"]
"""The keys that draw a 7 from the middle of the pad, where the pen begins."""
