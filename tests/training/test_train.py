"""A run: two real steps on synthetic crops, resumed from its checkpoint, exported and run by the examination."""

from pathlib import Path

import numpy as np
import pytest

from tests.training.support import store
from waarmerk.errors import UsageError
from waarmerk.training.plan import Settings, learning_rate, planned


def test_the_learning_rate_rises_then_falls_to_a_hundredth() -> None:
    settings = Settings(steps=400, rate=1.0)
    rates = [learning_rate(settings, step) for step in range(400)]
    assert rates[0] < rates[5] < rates[9]
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert rates[-1] == pytest.approx(0.01, abs=0.001)


def test_a_run_goes_on_from_its_checkpoint_and_its_network_is_what_is_exported(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="PyTorch is in the extra train alone")
    pytest.importorskip("onnx", reason="onnx is in the extra train alone")
    from waarmerk.examine.networks.load import load
    from waarmerk.training.shipping import write_model
    from waarmerk.training.train import Run

    store(tmp_path / "store")
    plan = Settings(steps=1, pairs=2, stages=((1.0, 64),), pretrained=False, folded=9, content=32)
    Run(tmp_path / "run", (tmp_path / "store",), plan).run(workers=0)
    longer = Settings(steps=2, pairs=2, stages=((1.0, 64),), pretrained=False, folded=9, content=32)
    run = Run(tmp_path / "run", (tmp_path / "store",), longer)
    assert run.step == 1
    run.run(workers=0)
    assert run.step == 2
    exported = write_model(tmp_path / "run", tmp_path / "model", 64, heads=(1.0, 0.5, 0.3))
    assert exported["step"] == 2
    # Weights are stored in half: the logits move by less than anybody could read from them.
    assert exported["difference"] < 0.05
    network = load(tmp_path / "model")
    logit, reacts = network.run(np.zeros((3, 64, 64, 3), np.uint8))
    assert logit.shape == (3, 1)
    assert reacts.shape == (3, 4, 4)
    assert (reacts >= 0).all()
    assert (reacts <= 1).all()


def test_folding_changes_no_logit_and_is_found_again_in_the_saved_weights() -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is in the extra train alone")
    from waarmerk.training.backbone import Detector, restored

    torch.manual_seed(0)
    network = Detector()
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 2)
    picture = torch.rand(2, 3, 64, 64)
    with torch.no_grad():
        before = network.eval()(picture)
        folded = restored(network.fold(15).state_dict()).eval()
        after = folded(picture)
    assert sum(hasattr(getattr(owner, norm), "running_mean") for owner, _, norm in folded.normed()) == 34
    assert all(torch.allclose(a, b, atol=1e-4) for a, b in zip(before, after, strict=True))


def test_settings_come_from_a_file_and_what_is_given_stands_over_them() -> None:
    settings = planned(b'{"steps": 5, "stages": [[1, 64]], "rate": 0.1}', {"steps": 7})
    assert (settings.steps, settings.stages, settings.rate) == (7, ((1.0, 64),), 0.1)


@pytest.mark.parametrize("content", [b"no", b'{"pace": 3}', b'{"steps": "many"}', b"{}", b"[]"])
def test_settings_that_are_none_are_one_sentence(content: bytes) -> None:
    with pytest.raises(UsageError, match="no settings of a run"):
        planned(content, {})


def test_content_learns_what_a_small_picture_gives_away_and_is_kept() -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is in the extra train alone")
    from waarmerk.training.content import Content

    torch.manual_seed(0)
    content = Content(32, pretrained=False)
    x, labels = torch.rand(8, 3, 64, 64) * 0.2, torch.zeros(8, 3)
    x[4:] += 0.7
    labels[4:] = 1
    first = content.learned(x, labels, torch.ones(8, 3))
    # It begins knowing nothing, and never passes a gradient on.
    assert first.abs().max() < 1e-6
    assert not first.requires_grad
    for _ in range(15):
        last = content.learned(x, labels, torch.ones(8, 3))
    assert last[4:].min() > last[:4].max()
    again = Content(32, pretrained=False)
    again.restore(content.state())
    assert torch.equal(again.network.whether.weight, content.network.whether.weight)
