"""The training run: batches of pairs, AdamW with a cosine, an average of the weights, checkpoints to go on from.

A run is a folder: `run.json` (every setting, the digest of its crops), `curve.csv` (a line every 20 steps), and
`checkpoint.pt` (network, average, optimiser, step), written every few minutes. Started again, it goes on.
"""

from __future__ import annotations

import copy
import csv
import time
from pathlib import Path

import msgspec
import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader

from waarmerk.training.backbone import Detector, detector, imagenet_weights
from waarmerk.training.pairs import Batches, Mix
from waarmerk.training.plan import Settings, learning_rate
from waarmerk.training.store import Store


def loss_of(network: Detector, batch: dict[str, Tensor], map_weight: float) -> tuple[Tensor, Tensor]:
    """The loss (whether, and where it is known) and the logits [n]."""
    logit, reacts = network.raw(batch["x"].float().div(255).contiguous(memory_format=torch.channels_last))
    whether = functional.binary_cross_entropy_with_logits(logit, batch["y"])
    each = functional.binary_cross_entropy_with_logits(reacts, batch["mask"], reduction="none").mean(dim=(1, 2))
    where = (each * batch["known"]).sum() / batch["known"].sum().clamp(min=1)
    return whether + map_weight * where, logit.detach()


class Run:
    """A run in its folder, from its beginning or from its last checkpoint."""

    def __init__(self, folder: Path, store: Path, settings: Settings) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.store = folder, store
        self.settings = msgspec.structs.replace(settings, crops=Store(store).digest())
        torch.manual_seed(settings.seed)
        self.network = detector(imagenet_weights() if settings.pretrained else None)
        self.network.to(memory_format=torch.channels_last)
        self.average = copy.deepcopy(self.network)
        decayed = [p for p in self.network.parameters() if p.ndim > 1]
        plain = [p for p in self.network.parameters() if p.ndim <= 1]
        groups = [{"params": decayed, "weight_decay": settings.decay}, {"params": plain, "weight_decay": 0.0}]
        self.optimiser = torch.optim.AdamW(groups, lr=settings.rate)
        self.step = 0
        if (folder / "checkpoint.pt").is_file():
            self._resume()
        (folder / "run.json").write_bytes(msgspec.json.format(msgspec.json.encode(self.settings)))

    def _resume(self) -> None:
        saved = torch.load(self.folder / "checkpoint.pt", map_location="cpu", weights_only=True)
        self.network.load_state_dict(saved["network"])
        self.average.load_state_dict(saved["average"])
        self.optimiser.load_state_dict(saved["optimiser"])
        self.step = int(saved["step"])

    def save(self) -> None:
        """Writes the checkpoint beside and moves it into place: a run that is cut off loses minutes."""
        saved = {
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
        }
        torch.save(saved, self.folder / "checkpoint.new")
        (self.folder / "checkpoint.new").replace(self.folder / "checkpoint.pt")

    def _stages(self) -> list[tuple[range, int]]:
        planned, start = [], 0
        for number, (share, size) in enumerate(self.settings.stages):
            last = number == len(self.settings.stages) - 1
            end = self.settings.steps if last else start + round(share * self.settings.steps)
            planned.append((range(max(start, self.step), end), size))
            start = end
        return [(steps, size) for steps, size in planned if len(steps)]

    def _averaged(self) -> None:
        # The average follows fast while it is young, else it would remember the untrained head for long.
        keep = min(self.settings.average, (self.step + 1) / (self.step + 10))
        with torch.no_grad():
            now = self.network.state_dict()
            for name, value in self.average.state_dict().items():
                if value.dtype.is_floating_point:
                    value.lerp_(now[name], 1 - keep)
                else:
                    value.copy_(now[name])

    def run(self, *, workers: int = 1, every_s: float = 180.0) -> None:
        """Trains to the last step, writing curve and checkpoints."""
        torch.set_flush_denormal(True)
        mix = Mix(self.settings.self_blends, self.settings.alike, self.settings.codec, self.settings.strength)
        saved, began, seen = time.monotonic(), time.monotonic(), 0
        losses: list[float] = []
        right: list[float] = []
        with (self.folder / "curve.csv").open("a", newline="") as stream:
            curve = csv.writer(stream)
            for steps, size in self._stages():
                data = Batches(self.store, self.settings.pairs, size, mix, self.settings.seed, steps)
                for batch in DataLoader(
                    data, batch_size=None, num_workers=workers, prefetch_factor=4 if workers else None
                ):
                    self.network.train()
                    for group in self.optimiser.param_groups:
                        group["lr"] = learning_rate(self.settings, self.step)
                    loss, logit = loss_of(self.network, batch, self.settings.map_weight)
                    self.optimiser.zero_grad(set_to_none=True)
                    loss.backward()
                    torch.nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
                    self.optimiser.step()
                    self._averaged()
                    self.step += 1
                    seen += len(logit)
                    losses.append(loss.item())
                    right.append(float(((logit > 0) == (batch["y"] > 0)).float().mean()))
                    if self.step % 20 == 0:
                        pace = seen / (time.monotonic() - began)
                        curve.writerow(
                            [self.step, size, f"{_mean(losses):.4f}", f"{_mean(right):.4f}", f"{pace:.1f}"]
                        )
                        stream.flush()
                        losses, right = [], []
                    if time.monotonic() - saved > every_s:
                        self.save()
                        saved = time.monotonic()
        self.save()


def _mean(values: list[float]) -> float:
    return sum(values) / max(1, len(values))
