"""The training run: batches of pairs, AdamW with a cosine, an average of the weights, checkpoints to go on from.

A run is a folder: `run.json` (every setting, the digest of its crops), `curve.csv` (a line every 20 steps), and
`checkpoint.pt` (network, average, optimiser, step), written every few minutes. Started again, it goes on.
"""

from __future__ import annotations

import copy
import csv
import hashlib
import time
from pathlib import Path

import msgspec
import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader

from waarmerk.training.backbone import Detector, detector, imagenet_weights, restored
from waarmerk.training.content import Content
from waarmerk.training.pairs import Batches, Mix
from waarmerk.training.plan import Settings, learning_rate
from waarmerk.training.store import Store

HEAD_WEIGHTS = torch.tensor([1.0, 0.25, 0.25])
"""Of `HEADS` in the loss: the narrow ones ride along."""
FOLDED_PACE = 0.1
"""Learning rate of folded convolutions / that of the others: without statistics of the batch, levels drift."""


def loss_of(
    network: Detector, batch: dict[str, Tensor], map_weight: float, content: Content | None = None
) -> tuple[Tensor, Tensor]:
    """The loss (whether, by every head that learns from the picture, and where it is known), first logits [n]."""
    x = batch["x"].float().div(255).contiguous(memory_format=torch.channels_last)
    logits, reacts = network.raw(x)
    known = content.learned(x, batch["labels"], batch["heads"]) if content else torch.zeros(())
    each_head = functional.binary_cross_entropy_with_logits(logits + known, batch["labels"], reduction="none")
    whether = ((each_head * batch["heads"]).sum(dim=0) / batch["heads"].sum(dim=0).clamp(min=1)) @ HEAD_WEIGHTS
    each = functional.binary_cross_entropy_with_logits(reacts, batch["mask"], reduction="none").mean(dim=(1, 2))
    where = (each * batch["known"]).sum() / batch["known"].sum().clamp(min=1)
    return whether + map_weight * where, logits[:, 0].detach()


class Run:
    """A run in its folder, from its beginning or from its last checkpoint."""

    def __init__(self, folder: Path, stores: tuple[Path, ...], settings: Settings, start: Path | None = None) -> None:
        """`stores`: crops, and made fakes where there are any; `start`: a checkpoint whose averaged weights the run
        begins with, in place of ImageNet's."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.stores = folder, stores
        named = hashlib.sha256(start.read_bytes()).hexdigest() if start else ""
        self.settings = msgspec.structs.replace(settings, crops=Store(*stores).digest(), start=named)
        torch.manual_seed(settings.seed)
        self.network = (
            restored(_average(start)) if start else detector(imagenet_weights() if settings.pretrained else None)
        )
        self.network.fold(settings.folded)
        self.network.to(memory_format=torch.channels_last)
        self.average = copy.deepcopy(self.network)
        fixed = {
            id(parameter)
            for owner, convolution, _ in self.network.normed()[: settings.folded]
            for parameter in getattr(owner, convolution).parameters()
        }
        groups = []
        for slow in (False, True):
            for flat in (False, True):
                chosen = [p for p in self.network.parameters() if (id(p) in fixed, p.ndim <= 1) == (slow, flat)]
                if chosen:
                    pace = FOLDED_PACE if slow else 1.0
                    groups.append({"params": chosen, "weight_decay": 0.0 if flat else settings.decay, "pace": pace})
        self.optimiser = torch.optim.AdamW(groups, lr=settings.rate)
        self.content = Content(settings.content, pretrained=settings.pretrained) if settings.content else None
        self.step = 0
        if (folder / "checkpoint.pt").is_file():
            self._resume()
        (folder / "run.json").write_bytes(msgspec.json.format(msgspec.json.encode(self.settings)))

    def _resume(self) -> None:
        saved = torch.load(self.folder / "checkpoint.pt", map_location="cpu", weights_only=True)
        self.network.load_state_dict(saved["network"])
        self.average.load_state_dict(saved["average"])
        self.optimiser.load_state_dict(saved["optimiser"])
        if self.content and "content" in saved:
            self.content.restore(saved["content"])
        self.step = int(saved["step"])

    def save(self) -> None:
        """Writes the checkpoint beside and moves it into place: a run that is cut off loses minutes."""
        saved = {
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
        } | ({"content": self.content.state()} if self.content else {})
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
        mix = Mix(**{name: getattr(self.settings, name) for name in Mix.__dataclass_fields__})
        saved, began, seen = time.monotonic(), time.monotonic(), 0
        losses: list[float] = []
        right: list[float] = []
        with (self.folder / "curve.csv").open("a", newline="") as stream:
            curve = csv.writer(stream)
            for steps, size in self._stages():
                data = Batches(self.stores, self.settings.pairs, size, mix, self.settings.seed, steps)
                for batch in DataLoader(
                    data, batch_size=None, num_workers=workers, prefetch_factor=4 if workers else None
                ):
                    self.network.train()
                    for group in self.optimiser.param_groups:
                        group["lr"] = group["pace"] * learning_rate(self.settings, self.step)
                    loss, logit = loss_of(self.network, batch, self.settings.map_weight, self.content)
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


def _average(checkpoint: Path) -> dict[str, Tensor]:
    state: dict[str, Tensor] = torch.load(checkpoint, map_location="cpu", weights_only=True)["average"]
    return state


def _mean(values: list[float]) -> float:
    return sum(values) / max(1, len(values))
