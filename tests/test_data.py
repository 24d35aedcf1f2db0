"""The pictures of the course are those that COURSE describes, and stay so."""

import hashlib
import re
from pathlib import Path

import numpy as np
import pytest

from byhand import data

HERE = Path(data.__file__).resolve().parent.parent / "data"


def test_every_file_has_the_checksum_that_the_readme_states():
    stated = dict(
        reversed(line.split())
        for line in re.findall(
            r"^[0-9a-f]{64}  \S+$", (HERE / "README.md").read_text(), re.MULTILINE
        )
    )
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in HERE.iterdir()
        if path.is_file() and path.name != "README.md"
    }
    assert found == stated
    assert len(found) >= 2


def test_every_file_has_provenance_and_licence_in_the_readme():
    rows = (HERE / "README.md").read_text().split("## Checksums")[0].splitlines()
    for path in HERE.glob("*.npz"):
        (row,) = [line for line in rows if line.startswith(f"| `{path.name}`")]
        _, _, what, origin, licence, _ = row.split("|")
        assert what.strip() and origin.strip()
        assert re.search(r"CC BY 4.0|CC0 1.0", licence)


def test_folder_takes_the_place_that_the_environment_names(tmp_path, monkeypatch):
    (tmp_path / "digits.npz").write_bytes(b"")
    monkeypatch.setenv("BYHAND_DATA", str(tmp_path))
    assert data.folder() == tmp_path


def test_folder_of_an_installed_byhand_is_found_above_the_notebook(
    tmp_path, monkeypatch
):
    (tmp_path / "course" / "data").mkdir(parents=True)
    (tmp_path / "course" / "data" / "digits.npz").write_bytes(b"")
    lesson = tmp_path / "course" / "notebooks" / "01_x_or_o"
    lesson.mkdir(parents=True)
    monkeypatch.delenv("BYHAND_DATA", raising=False)
    monkeypatch.setattr(data, "__file__", str(tmp_path / "lib" / "byhand" / "data.py"))
    monkeypatch.chdir(lesson)
    assert data.folder() == tmp_path / "course" / "data"


def test_folder_of_the_package_lies_in_it(tmp_path, monkeypatch):
    stored = tmp_path / "lib" / "byhand" / "stored"
    stored.mkdir(parents=True)
    (stored / "digits.npz").write_bytes(b"")
    monkeypatch.delenv("BYHAND_DATA", raising=False)
    monkeypatch.setattr(data, "__file__", str(stored.parent / "data.py"))
    assert data.folder() == stored


def test_missing_folder_says_where_it_was_looked_for(tmp_path, monkeypatch):
    monkeypatch.delenv("BYHAND_DATA", raising=False)
    monkeypatch.setattr(data, "__file__", str(tmp_path / "lib" / "byhand" / "data.py"))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match="stored"):
        data.folder()


INK = {
    "clean X": "11 17 22 26 33 35 44 53 55 62 66 71 77",
    "bent X": "16 21 25 32 33 35 44 53 55 56 63 67 72",
    "round O": "13 14 15 22 26 31 41 51 37 47 57 62 66 73 74 75",
}


@pytest.mark.parametrize("which", range(3), ids=INK)
def test_glyph_has_ink_where_the_course_says(which):
    glyph = data.glyphs()[which]
    expected = {(int(a), int(b)) for a, b in list(INK.values())[which].split()}
    assert {tuple(map(int, place)) for place in np.argwhere(glyph == 1)} == expected
    assert glyph.shape == (9, 9)
    assert glyph.dtype == np.float64
    assert set(np.unique(glyph)) == {-1.0, 1.0}


def test_features_are_falling_rising_and_crossing():
    falling, rising, crossing = data.features()
    np.testing.assert_array_equal(falling, [[1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
    np.testing.assert_array_equal(rising, falling[:, ::-1])
    np.testing.assert_array_equal(crossing, [[1, -1, 1], [-1, 1, -1], [1, -1, 1]])


def test_undeformed_drawings_are_the_clean_x_and_the_round_o():
    pictures, labels = data.xo_pictures(20, seed=3, shift=0)
    clean_x, _, round_o = data.glyphs()
    for picture, label in zip(pictures, labels, strict=True):
        np.testing.assert_array_equal(picture, data.place((clean_x, round_o)[label]))


def test_shifted_drawings_are_placed_glyphs_and_reach_all_four_borders():
    pictures, labels = data.xo_pictures(200, seed=5)
    clean_x, _, round_o = data.glyphs()
    moves = [(d, r) for d in range(-4, 5) for r in range(-4, 5)]
    seen = set()
    for picture, label in zip(pictures, labels, strict=True):
        glyph = (clean_x, round_o)[label]
        (move,) = [m for m in moves if (data.place(glyph, *m) == picture).all()]
        seen.add(move)
    downs, rights = zip(*seen, strict=True)
    assert (min(downs), max(downs), min(rights), max(rights)) == (-4, 4, -4, 4)


def test_place_refuses_to_move_a_glyph_off_the_canvas():
    with pytest.raises(ValueError, match="-4 to 4"):
        data.place(data.glyphs()[0], 5, 0)


def test_same_seed_draws_the_same_and_another_seed_draws_others():
    how = dict(turn=15, scale=0.2, thicken=0.5, noise=0.02)
    one, labels = data.xo_pictures(12, seed=7, **how)
    two, labels_too = data.xo_pictures(12, seed=7, **how)
    other, _ = data.xo_pictures(12, seed=8, **how)
    np.testing.assert_array_equal(one, two)
    np.testing.assert_array_equal(labels, labels_too)
    assert (one != other).any()


def test_drawings_are_half_x_half_o_and_hold_ink_and_paper_only():
    pictures, labels = data.xo_pictures(31, seed=0, turn=15, scale=0.2, noise=0.02)
    assert np.bincount(labels).tolist() == [16, 15]
    assert set(np.unique(pictures)) == {-1.0, 1.0}
    assert pictures.shape == (31, 17, 17)
    assert pictures.dtype == np.float64


@pytest.mark.parametrize("how", [{"turn": 20}, {"scale": 0.3}, {"noise": 0.02}])
def test_each_deformation_changes_the_drawing(how):
    plain, _ = data.xo_pictures(8, seed=2, shift=0)
    changed, _ = data.xo_pictures(8, seed=2, shift=0, **how)
    assert (plain != changed).any(axis=(1, 2)).sum() >= 4


def test_thickening_only_adds_ink():
    plain, _ = data.xo_pictures(1, seed=2, shift=0)
    thick, _ = data.xo_pictures(1, seed=2, shift=0, thicken=2.0)
    assert (thick >= plain).all()
    assert (thick > plain).any()


def test_digits_are_1797_pictures_from_0_to_1():
    pictures, labels = data.digits()
    assert pictures.shape == (1797, 8, 8)
    assert pictures.dtype == np.float64
    assert (pictures.min(), pictures.max()) == (0.0, 1.0)
    assert np.bincount(labels).sum() == 1797
    assert set(labels.tolist()) == set(range(10))


def test_a_learner_who_changes_the_digits_does_not_change_the_stored_ones():
    pictures, labels = data.digits()
    pictures[:] = 0
    labels[:] = 0
    again, labels_again = data.digits()
    assert again.max() == 1.0
    assert labels_again.max() == 9


def test_enlarging_repeats_every_pixel_down_and_right():
    small = np.arange(6.0).reshape(1, 2, 3)
    big = data.enlarge(small)
    np.testing.assert_array_equal(big[0, 0], [0, 0, 1, 1, 2, 2])
    np.testing.assert_array_equal(big[0, 1], big[0, 0])
    assert data.enlarge(data.digits()[0]).shape == (1797, 16, 16)


def test_photograph_is_grey_from_0_to_1_and_not_square():
    picture = data.photograph()
    assert picture.shape == (150, 170)
    assert picture.dtype == np.float64
    assert 0.0 <= picture.min() < 0.1 and 0.9 < picture.max() <= 1.0
