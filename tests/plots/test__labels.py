"""Where ticks and names stand."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from bayes_saude.plots._labels import name_points, rank_ticks, spread
from bayes_saude.plots.style import COLUMN, new_axes


@pytest.mark.parametrize("n_units", [1, 2, 3, 9, 28, 45, 853])
def test_ticks_of_ranks_are_ranks_from_the_first_to_the_last(n_units):
    ticks = rank_ticks(n_units)
    assert (ticks[0], ticks[-1]) == (1, n_units)
    if n_units <= 12:
        assert ticks == list(range(1, n_units + 1))
    else:
        assert ticks == sorted(set(ticks))
        # The last number has room: a seventh of the axis.
        assert all(tick < 0.86 * n_units for tick in ticks[1:-1])


def test_names_that_are_apart_stay():
    assert spread([0.1, 0.5, 0.8], 0.1).tolist() == [0.1, 0.5, 0.8]
    assert spread([0.3], 0.1).tolist() == [0.3]
    assert spread([], 0.1).size == 0


def test_names_too_near_move_as_little_as_possible():
    # Three at one place: the middle one stays.
    assert spread([0.5, 0.5, 0.5], 0.1) == pytest.approx([0.4, 0.5, 0.6])
    assert spread([0.2, 0.5, 0.54], 0.1) == pytest.approx([0.2, 0.47, 0.57])


def test_names_stay_in_the_room():
    assert spread([0.0, 0.0, 1.0], 0.1) == pytest.approx([0.0, 0.1, 1.0])
    assert spread([1.0, 1.0], 0.1) == pytest.approx([0.9, 1.0])
    assert spread([3.0, 3.0], 0.5, low=1, high=4) == pytest.approx([2.75, 3.25])


def test_more_names_than_there_is_room_for_share_it():
    assert spread(np.full(11, 0.3), 0.5) == pytest.approx(np.linspace(0, 1, 11))


def boxes_of(ax):
    ax.figure.canvas.draw()
    return [text.get_window_extent() for text in ax.texts]


def test_names_of_points_cover_neither_one_another_nor_the_frame():
    rng = np.random.default_rng(3)
    points = rng.uniform(0, 1, size=(9, 2))
    ax = new_axes(COLUMN, COLUMN)
    ax.plot(*points.T, "o")
    name_points(ax, points, [f"Municipality {place}" for place in range(9)], avoid=points)
    boxes, frame = boxes_of(ax), ax.get_window_extent()
    assert [text.get_text() for text in ax.texts] == [f"Municipality {place}" for place in range(9)]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    assert all(frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 for box in boxes)


def test_a_name_steps_aside_for_a_point_and_stays_near_its_own():
    ax = new_axes(COLUMN, COLUMN)
    # To the right of the point, where a name stands first, there is another.
    points = np.array([[0.4, 0.5], [0.48, 0.5]])
    ax.plot(*points.T, "o")
    ax.set(xlim=(0, 1), ylim=(0, 1))
    name_points(ax, points[:1], ["Sabará"], avoid=points)
    (box,) = boxes_of(ax)
    own, other = ax.transData.transform(points)
    assert not box.contains(*other)
    assert box.x1 < other[0] or box.y0 > other[1] or box.y1 < other[1]
    assert abs(box.x1 - own[0]) < 10


def test_a_name_that_is_not_beside_its_point_is_tied_to_it():
    ax = new_axes(COLUMN, COLUMN)
    ring = 0.05 * np.array([(np.cos(angle), np.sin(angle)) for angle in np.linspace(0, 6, 20)])
    points = np.array([[0.5, 0.5], *(0.5 + ring)])
    ax.set(xlim=(0, 1), ylim=(0, 1))
    name_points(ax, points[:1], ["Sabará"], avoid=points)
    name, line = ax.texts
    ax.figure.canvas.draw()
    start, end = line.arrow_patch.get_transform().transform(line.arrow_patch.get_path().vertices[[0, -1]])
    assert name.get_window_extent().padded(1).contains(*start)
    assert end == pytest.approx(ax.transData.transform(points[0]))
    name_points(ax, np.array([[0.1, 0.1]]), ["Ubá"], avoid=points)
    assert [text.get_text() for text in ax.texts] == ["Sabará", "", "Ubá"]


def test_names_are_as_written_and_leave_the_layout_alone():
    ax = new_axes(COLUMN, COLUMN)
    name_points(ax, np.array([[1.0, 1.0]]), ["R$ 1 a R$ 2"], avoid=np.zeros((0, 2)))
    assert not ax.texts[0].get_parse_math()
    assert not ax.texts[0].get_in_layout()
    plt.close(ax.figure)
