"""Made fakes: two real steps of a decoder, then swaps and re-syntheses of it, each beside its original."""

from pathlib import Path

import numpy as np
import pytest

from tests.training.support import mesh, store, wide
from waarmerk.errors import InputError
from waarmerk.training.store import Store

torch = pytest.importorskip("torch", reason="PyTorch is in the extra train alone")

from waarmerk.training import make as making  # noqa: E402
from waarmerk.training.recipes import resynthesis  # noqa: E402


@pytest.fixture
def decoders(tmp_path: Path) -> Path:
    (tmp_path / "decoders").mkdir()
    torch.manual_seed(0)
    resynthesis.save(resynthesis.Autoencoder("shuffle", 2, 4, width=8), tmp_path / "decoders/shuffle.pt")
    return tmp_path / "decoders"


def test_every_made_fake_lies_beside_its_original_and_differs_from_it(tmp_path: Path, decoders: Path) -> None:
    crops = store(tmp_path / "crops")
    counted = making.make(crops, tmp_path / "made", decoders, train=2, held_out=0, seed=1)
    assert counted == {f"train {method}": 2 for method in making.METHODS}
    made = Store(tmp_path / "made")
    assert len(made) == 12
    for number in range(0, 12, 2):
        real, fake = made.crops[number], made.crops[number + 1]
        assert (real.label, fake.label) == ("real", "fake")
        assert (real.pair, real.group, real.box) == (fake.pair, fake.group, fake.box)
        difference = made.picture(number).astype(int) - made.picture(number + 1)
        assert np.abs(difference).max() > 8
        # The picture is smaller than the wide crop, and the box and the mesh moved with it.
        assert np.allclose(made.landmarks(number).min(axis=0), real.box[:2], atol=1)


def test_people_of_one_side_make_no_pair_of_another(tmp_path: Path, decoders: Path) -> None:
    with pytest.raises(InputError, match="side 'calibrate'"):
        making.make(store(tmp_path / "crops"), tmp_path / "made", decoders, train=1, held_out=1, seed=1)


def test_no_decoders_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no decoders here"):
        making.make(store(tmp_path / "crops"), tmp_path / "made", tmp_path, train=1, held_out=0, seed=1)


@pytest.mark.parametrize("upsampling", resynthesis.UPSAMPLINGS)
def test_a_decoder_learns_to_come_nearer_to_the_picture(upsampling: resynthesis.Upsampling) -> None:
    torch.manual_seed(1)
    network = resynthesis.Autoencoder(upsampling, 2, 6, width=8)
    rng = np.random.default_rng(0)
    ramp = np.broadcast_to(np.linspace(0, 255, 120).astype(np.uint8)[None, :, None], (120, 120, 3))
    before = resynthesis.fit(network, [ramp], rng, steps=1, batch=2, side=32)
    after = resynthesis.fit(network, [ramp], rng, steps=120, batch=2, side=32)
    assert after < 0.6 * before
    assert resynthesis.reconstructed(network, wide(1)[:101, :77]).shape == (101, 77, 3)


def test_a_blended_re_synthesis_leaves_the_picture_around_the_face_alone() -> None:
    torch.manual_seed(2)
    network = resynthesis.Autoencoder("nearest", 2, 4, width=8).eval()
    picture = wide(4)
    for seed in range(4):
        made = resynthesis.resynthesised(network, picture, mesh(), np.random.default_rng(seed), blended=True)
        assert np.array_equal(made.picture[:60], picture[:60])
        assert not np.array_equal(made.picture[140:180, 140:160], picture[140:180, 140:160])
