from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examine.faces.pictures import placed
from waarmerk.examine.faces.boxes import overlap
from waarmerk.examine.faces.finder import load_finder
from waarmerk.examine.faces.interface import Box, Face, TrackSample
from waarmerk.examine.faces.locate import SAME
from waarmerk.examine.faces.mesh import FaceMesh, Mesh
from waarmerk.examine.faces.tracks import CALM_S, FOLLOWED, GAP_S, KNOWN, SEARCH_S, SKIP_S, TrackLinker
from waarmerk.examine.media.pieces import FrameSample, Picture

SPACING = 0.25


@dataclass
class Scene:
    """A finder and a mesh that know where the faces are: a sample's number stands in its one pixel.

    `seen`: what the finder finds; `there`: what the mesh can fit (near enough to where it is asked to look).
    """

    seen: list[list[Box]]
    there: list[list[Box]]
    name: str = "mesh"
    digest: str = "0" * 64
    looked: list[int] = field(default_factory=list)

    def find(self, rgb: Picture) -> list[Face]:
        number = int(rgb[0, 0, 0])
        self.looked.append(number)
        return [Face(box, 0.9) for box in self.seen[number]]

    def fit(self, rgb: Picture, box: Box, angle: float = 0.0) -> Mesh:
        for face in self.there[int(rgb[0, 0, 0])]:
            if overlap(face, box) > 0.3:
                x, y, width, height = face
                corners = np.array([[x, y, 0], [x + width, y + height, 0]], np.float32)
                return Mesh(np.resize(corners, (468, 3)), 1.0)
        return Mesh(np.zeros((468, 3), np.float32), 0.0)


def samples(count: int, shots: list[int] | None = None, spacing: float = SPACING) -> list[FrameSample]:
    return [
        FrameSample(
            number=n,
            frame=n * 6,
            t_s=n * spacing,
            shot=shots[n] if shots else 0,
            rgb=np.full((1, 1, 3), n, np.uint8),
            luma=np.full((1, 1), n, np.uint8),
        )
        for n in range(count)
    ]


def followed(scene: Scene, given_samples: list[FrameSample]) -> list[TrackSample]:
    linker = TrackLinker(scene, scene)
    faces = [face for sample in given_samples for face in linker.push(sample)]
    return faces + linker.finish()


def steady(count: int, box: Box = (100, 100, 60, 80)) -> list[list[Box]]:
    return [[box] for _ in range(count)]


# Faces on a grid with room between them: which face is which is then no question.
cells = st.lists(st.integers(0, 5), max_size=4, unique=True)
scenes = st.lists(st.tuples(cells, st.booleans()), min_size=1, max_size=24)


@given(scenes)
def test_every_face_of_every_sample_is_in_exactly_one_track_and_a_track_is_one_face_of_one_shot(
    story: list[tuple[list[int], bool]],
) -> None:
    boxes: list[list[Box]] = [[(cell * 300.0, 50.0, 60.0, 80.0) for cell in found] for found, _ in story]
    shots = list(np.cumsum([cut for _, cut in story]))
    scene = Scene(boxes, boxes)
    faces = followed(scene, samples(len(story), [int(s) for s in shots]))
    for number in scene.looked:
        assert sorted(f.box for f in faces if f.sample.number == number) == sorted(boxes[number])
    assert max(Counter((f.track, f.sample.number) for f in faces).values(), default=1) == 1
    assert max(Counter((f.box, f.sample.number) for f in faces).values(), default=1) == 1
    for track in {f.track for f in faces}:
        mine = [f for f in faces if f.track == track]
        assert len({f.sample.shot for f in mine}) == 1
        assert len({f.box[0] for f in mine}) == 1
        for before, after in pairwise(mine):
            assert before.sample.number < after.sample.number
            assert after.sample.t_s - before.sample.t_s <= GAP_S + 2 * SPACING
    assert [f.sample.number for f in faces] == sorted(f.sample.number for f in faces)


anywhere = st.tuples(st.integers(0, 200), st.integers(0, 120), st.integers(20, 150), st.integers(20, 150))
crowds = st.lists(st.lists(anywhere, max_size=5), min_size=1, max_size=16)


@given(crowds, crowds)
def test_however_faces_jump_and_overlap_a_sample_has_a_face_once_and_a_track_once(
    seen: list[list[Box]], there: list[list[Box]]
) -> None:
    count = min(len(seen), len(there))
    faces = followed(Scene(seen[:count], there[:count]), samples(count))
    for number in range(count):
        mine = [f for f in faces if f.sample.number == number]
        assert len({f.track for f in mine}) == len(mine)
        for index, first in enumerate(mine):
            assert all(overlap(first.box, second.box) < SAME for second in mine[index + 1 :])
    assert [(f.sample.number, f.track) for f in faces] == sorted((f.sample.number, f.track) for f in faces)


@given(scenes)
def test_a_face_is_handed_on_before_its_sample_leaves_the_ring(story: list[tuple[list[int], bool]]) -> None:
    boxes: list[list[Box]] = [[(cell * 300.0, 50.0, 60.0, 80.0) for cell in found] for found, _ in story]
    shots = [int(s) for s in np.cumsum([cut for _, cut in story])]
    scene = Scene(boxes, boxes)
    linker = TrackLinker(scene, scene)
    for sample in samples(len(story), shots):
        for face in linker.push(sample):
            assert sample.number - face.sample.number <= 1
    for face in linker.finish():
        assert face.sample.number == len(story) - 1


def test_the_finder_looks_at_every_second_sample_and_at_the_first_and_last_of_a_shot() -> None:
    scene = Scene(steady(10), steady(10))
    faces = followed(scene, samples(10, [0, 0, 0, 0, 1, 1, 1, 2, 2, 2]))
    assert scene.looked == [0, 2, 3, 4, 6, 7, 9]
    assert [f.sample.number for f in faces] == list(range(10))
    assert [f.sample.number for f in faces if not f.found] == [1, 5, 8]
    assert [f.track for f in faces] == [0, 0, 0, 0, 1, 1, 1, 2, 2, 2]


def test_the_finder_looks_at_every_sample_where_they_are_far_apart() -> None:
    scene = Scene(steady(4), steady(4))
    followed(scene, samples(4, spacing=SKIP_S * 1.5))
    assert scene.looked == [0, 1, 2, 3]


def test_a_face_of_a_thinly_sampled_medium_is_one_track_as_long_as_no_sample_lacks_it() -> None:
    boxes = steady(8)
    boxes[4] = []
    faces = followed(Scene(boxes, boxes), samples(8, spacing=2 * GAP_S))
    assert [(f.track, f.sample.number) for f in faces] == [(0, n) for n in range(4)] + [(1, n) for n in range(5, 8)]


def test_a_moving_face_is_placed_between_where_it_was_and_where_it_is_even_where_the_mesh_is_blind() -> None:
    boxes: list[list[Box]] = [[(100 + 15.0 * n, 100, 60, 80)] for n in range(5)]
    faces = followed(Scene(boxes, [[] for _ in range(5)]), samples(5))
    assert [f.box[0] for f in faces] == pytest.approx([100, 115, 130, 145, 160])
    assert [f.found for f in faces] == [True, False, True, False, True]
    assert {f.track for f in faces} == {0}
    assert all(f.landmarks is None for f in faces)


def test_a_face_that_the_finder_misses_is_followed_by_the_mesh_and_its_track_goes_on() -> None:
    seen = steady(9)
    seen[4] = []
    faces = followed(Scene(seen, steady(9)), samples(9))
    assert [(f.track, f.sample.number) for f in faces] == [(0, n) for n in range(9)]
    assert [f.sample.number for f in faces if f.found] == [0, 2, 6, 8]


def test_a_face_hidden_for_a_moment_keeps_its_track_and_one_gone_for_longer_begins_another() -> None:
    for hidden, tracks in ((range(3, 6), {0}), (range(3, 10), {0, 1})):
        boxes = [[] if n in hidden else box for n, box in enumerate(steady(14))]
        faces = followed(Scene(boxes, boxes), samples(14))
        assert {f.track for f in faces} == tracks
        assert not {f.sample.number for f in faces} & set(hidden)


def test_two_faces_that_come_close_keep_their_tracks() -> None:
    boxes: list[list[Box]] = [[(100 + 10.0 * n, 100, 60, 80), (280 - 10.0 * n, 100, 60, 80)] for n in range(7)]
    faces = followed(Scene(boxes, boxes), samples(7))
    assert {f.track for f in faces} == {0, 1}
    for f in faces:
        expected = 100 + 10 * f.sample.number if f.track == faces[0].track else 280 - 10 * f.sample.number
        assert f.box[0] == pytest.approx(expected)


def test_a_jump_and_a_sudden_growth_are_another_face() -> None:
    for other in ((400.0, 100.0, 60.0, 80.0), (60.0, 60.0, 170.0, 210.0)):
        boxes: list[list[Box]] = [[(100, 100, 60, 80)]] * 3 + [[other]] * 3
        faces = followed(Scene(boxes, boxes), samples(6))
        assert {f.track for f in faces if f.sample.number < 3} == {0}
        assert {f.track for f in faces if f.sample.number > 3} == {1}


def test_of_a_crowd_the_largest_faces_are_followed() -> None:
    crowd: list[Box] = [(200.0 * n, 50.0, 60.0 + n, 80.0 + n) for n in range(FOLLOWED + 8)]
    faces = followed(Scene([crowd] * 4, [crowd] * 4), samples(4))
    assert {f.track for f in faces} == set(range(FOLLOWED))
    assert min(f.box[2] for f in faces) == 60 + 8


def test_faces_past_the_last_track_are_counted_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("waarmerk.examine.faces.tracks.TRACKS", 2)
    boxes: list[list[Box]] = [[(300.0 * n, 50, 60, 80) for n in range(3)]]
    linker = TrackLinker(Scene(boxes, boxes), Scene(boxes, boxes))
    linker.push(samples(1)[0])
    assert (linker.begun, linker.not_followed) == (2, 1)


def test_memory_is_bounded_by_the_faces_of_the_last_second_whatever_the_length() -> None:
    boxes: list[list[Box]] = [[(200.0 * ((7 * n + k) % 40), 50, 60, 80) for k in range(5)] for n in range(250)]
    scene = Scene(boxes, boxes)
    linker = TrackLinker(scene, scene)
    for sample in samples(250):
        linker.push(sample)
        assert len(linker._tracks) <= 3 * FOLLOWED


def test_a_real_face_that_moves_is_one_track_with_its_mesh_in_every_sample() -> None:
    linker = TrackLinker(load_finder(), FaceMesh())
    faces, boxes = [], []
    for n in range(7):
        picture, box = placed(480, 640, 20 + 22 * n, 10 - 3 * n, 1.0)
        boxes.append(box)
        faces += linker.push(FrameSample(n, n * 6, n * 0.25, 0, picture, picture[:, :, 0]))
    faces += linker.finish()
    assert [(f.track, f.sample.number, f.found) for f in faces] == [(0, n, n % 2 == 0) for n in range(7)]
    for f in faces:
        assert f.landmarks is not None
        assert f.presence > 0.99
        assert overlap(f.box, boxes[f.sample.number]) > 0.85


@dataclass
class Glancer(Scene):
    """A scene whose faces are too small for a glance, except where `plain` says otherwise."""

    plain: frozenset[int] = frozenset()
    glanced: list[int] = field(default_factory=list)

    def glance(self, rgb: Picture) -> list[Face]:
        number = int(rgb[0, 0, 0])
        self.glanced.append(number)
        return [Face(box, 0.9) for box in self.seen[number]] if number in self.plain else []


def test_a_shot_without_faces_is_searched_for_small_ones_at_its_start_and_every_two_seconds() -> None:
    scene = Glancer([[]] * 32, [[]] * 32)
    followed(scene, samples(32, shots=[0] * 20 + [1] * 12))
    assert [number * SPACING for number in scene.looked] == [0.0, 2.0, 4.0, 5.0, 7.0]
    assert len(scene.glanced) > 2 * len(scene.looked)


def test_a_small_face_that_comes_is_found_within_two_seconds_and_then_followed() -> None:
    steps = [[]] * 3 + steady(25)
    faces = followed(Glancer(steps, steps), samples(28))
    assert faces[0].sample.t_s <= 3 * SPACING + SEARCH_S
    assert [face.sample.number for face in faces] == list(range(faces[0].sample.number, 28))
    assert {face.track for face in faces} == {0}


def test_a_face_that_a_glance_sees_is_followed_at_once() -> None:
    steps = [[]] * 4 + steady(8)
    faces = followed(Glancer(steps, steps, plain=frozenset({4})), samples(12))
    assert faces[0].sample.number == 4


def test_a_well_known_face_is_looked_at_once_a_second_and_in_the_last_sample_of_its_shot() -> None:
    count = KNOWN + 20
    scene = Scene(steady(count + 4), steady(count + 4))
    faces = followed(scene, samples(count + 4, shots=[0] * count + [1] * 4))
    seen = [f.sample.number for f in faces if f.track == 0]
    assert seen[: KNOWN + 1] == list(range(KNOWN + 1))
    assert seen[KNOWN:] == [*range(KNOWN, count - 1, 4), count - 1]
    assert {f.track for f in faces if f.sample.shot == 1} == {1}
    assert [f.sample.number for f in faces if f.track == 1] == list(range(count, count + 4))


def test_a_face_that_joins_a_well_known_one_is_seen_within_a_second_and_then_in_every_sample() -> None:
    known, comes = (100.0, 100.0, 60.0, 80.0), (400.0, 100.0, 60.0, 80.0)
    first = KNOWN + 5
    boxes: list[list[Box]] = [[known]] * first + [[known, comes]] * 20
    faces = followed(Scene(boxes, boxes), samples(len(boxes)))
    joined = [f for f in faces if f.track == 1]
    assert joined[0].sample.t_s - first * SPACING <= CALM_S + SPACING
    assert [f.sample.number for f in joined] == list(range(joined[0].sample.number, len(boxes)))


def test_a_well_known_face_that_is_lost_is_looked_for_as_a_new_one_is() -> None:
    gone = KNOWN + 4
    boxes = [[] if gone <= n < gone + 4 else box for n, box in enumerate(steady(KNOWN + 20))]
    scene = Scene(boxes, boxes)
    faces = followed(scene, samples(len(boxes)))
    assert [n for n in scene.looked if n >= gone] == [*range(gone, len(boxes) - 1, 2), len(boxes) - 1]
    assert [f.sample.number for f in faces if f.track == 1] == list(range(gone + 4, len(boxes)))
