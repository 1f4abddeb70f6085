"""Figures as a page holds them: images inside the file, with their texts."""

import base64
from io import BytesIO
from typing import NamedTuple

import matplotlib.pyplot as plt

from bayes_saude.figures.frame import ResultFigure

# Sharp in print and on most screens: at 300 dots to an inch eight models would take half as much time again.
# On screen pictures are this much larger than on paper.
DPI, ENLARGED, SCREEN_DPI = 220, 1.25, 96


class Picture(NamedTuple):
    """A figure as the page holds it: the image itself, its size on screen, and its texts."""

    source: str
    width: int
    height: int
    title: str
    alt: str


def picture(figure: ResultFigure) -> Picture:
    """Draw a figure as an image that a page can hold.

    WebP without loss: of the theses' figures about a third of the size of PNG, and of a fraction of SVG's,
    which grows with every unit.
    """
    drawn, image = figure.draw(), BytesIO()
    width, height = drawn.get_size_inches()
    drawn.savefig(image, format="webp", dpi=DPI, pil_kwargs={"lossless": True})
    plt.close(drawn)
    return Picture(
        "data:image/webp;base64," + base64.b64encode(image.getvalue()).decode(),
        round(width * SCREEN_DPI * ENLARGED),
        round(height * SCREEN_DPI * ENLARGED),
        figure.title,
        figure.alt,
    )
