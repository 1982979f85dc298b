"""The figures of a model on one side of the data, as one JSON object: clips, faces, pairs that recipes make."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from waarmerk.examine.faces.crops import crop_of, cut, resized
from waarmerk.examine.networks.load import Network
from waarmerk.training.cutting import cut_map
from waarmerk.training.evaluate import Item, auc, figures, item_auc, matched_pairs_auc, scored
from waarmerk.training.recipes.compression import recoded
from waarmerk.training.recipes.pictures import Picture
from waarmerk.training.recipes.self_blend import self_blend
from waarmerk.training.store import Store
from waarmerk.values import Json


def table(store: Store, network: Network, sides: set[str]) -> dict[str, Json]:
    """Everything that is measured on `sides`; faces and recipe pairs stand on the calibration side."""
    clips = scored(store, network, sides, {"clips"})
    result: dict[str, Json] = {
        "clips": figures(clips) | {"pairs_auc_matched": matched_pairs_auc(store, network, clips)}
    }
    result["clips"]["by_source"] = _by_source(clips)
    if "calibrate" in sides:
        faces = scored(store, network, {"calibrate"}, {"faces"})
        result["faces"] = figures(faces) | {"by_source": _by_source(faces)}
        result["recipe_pairs"] = recipe_pairs(store, network)
        made = scored(store, network, {"calibrate"}, {"made"})
        if made:
            matched = matched_pairs_auc(store, network, made, frames=1)
            result["made"] = figures(made) | {"pairs_auc_matched": matched}
    return result


def perturbed(store: Store, network: Network, sides: set[str]) -> dict[str, float]:
    """AUC over the clips as they are, after what a platform does (H.264 at CRF 32, half size, both), and beside."""
    changes = {
        "as it is": None,
        "H.264 CRF 32": lambda crop: recoded([crop, crop], 32),
        "half size": _half,
        "half size, H.264 CRF 32": lambda crop: recoded([_half(crop), _half(crop)], 32),
    }
    found = {
        name: item_auc(scored(store, network, sides, {"clips"}, change=change)) for name, change in changes.items()
    }
    return found | {"crop shifted by 10 %": item_auc(scored(store, network, sides, {"clips"}, moved=0.1))}


def _half(crop: Picture) -> Picture:
    return resized(crop, max(16, crop.shape[0] // 2), max(16, crop.shape[1] // 2))


def _by_source(items: list[Item]) -> dict[str, Json]:
    table: dict[str, Json] = {}
    for source in sorted({item.source for item in items}):
        chosen = [item for item in items if item.source == source]
        fakes = [item.score for item in chosen if item.fake]
        reals = [item.score for item in chosen if not item.fake]
        table[source] = {
            "real": len(reals),
            "fake": len(fakes),
            "mean_real": float(np.mean(reals)) if reals else None,
            "mean_fake": float(np.mean(fakes)) if fakes else None,
            "auc": item_auc(chosen) if fakes and reals else None,
        }
    return table


def recipe_pairs(store: Store, network: Network, seed: int = 11, at_most: int = 300) -> dict[str, Json]:
    """Self-blends of held-out portraits beside their originals: pairs, AUC, and whether the map points at the blend.

    `reacts_ratio`: how often the hottest tenth of the map lies in the blended region, over what chance gives.
    """
    rng = np.random.default_rng(seed)
    height, width = network.size
    numbers = [n for n, c in enumerate(store.crops) if c.folder == "portraits" and c.side == "calibrate"]
    scores: list[tuple[float, float]] = []
    inside, chance = 0.0, 0.0
    for number in numbers[:at_most]:
        wide = store.picture(number)
        blend = self_blend(wide, store.landmarks(number), rng)
        where = crop_of(store.crops[number].box)
        mask = cut_map(blend.mask, where)
        if mask.max() < 0.2:
            continue
        out = network.run(np.stack([resized(cut(p, where), height, width) for p in (wide, blend.fake)]))
        real, fake = (float(v) for v in out[0].reshape(-1))
        scores.append((real, fake))
        reacts = out[1][1]
        cells = _cells(mask > 0.05, reacts.shape)
        hottest = reacts >= np.quantile(reacts, 0.9)
        inside += float(cells[hottest].mean())
        chance += float(cells.mean())
    pairs = np.array(scores)
    both = np.concatenate([pairs[:, 0], pairs[:, 1]])
    return {
        "pairs": len(pairs),
        "pairs_auc": float((pairs[:, 1] > pairs[:, 0]).mean()),
        "auc": auc(both, np.arange(len(both)) >= len(pairs)),
        "reacts_inside": inside / len(pairs),
        "reacts_by_chance": chance / len(pairs),
        "reacts_ratio": inside / chance,
    }


def _cells(mask: NDArray[np.bool_], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    rows = (np.arange(shape[0]) + 0.5) / shape[0] * mask.shape[0]
    columns = (np.arange(shape[1]) + 0.5) / shape[1] * mask.shape[1]
    return np.asarray(mask[rows.astype(int)[:, None], columns.astype(int)[None, :]])


def markdown(found: dict[str, Json], side: str) -> str:
    """The figures of `table` as rows of a Markdown table, for the model card."""
    head = ["| side | material | real | fake | figure |", "| --- | --- | --- | --- | --- |"]
    rows = []
    for name in ("clips", "faces"):
        if name not in found:
            continue
        part = found[name]
        counts = f"{part['n']['real']} | {part['n']['fake']}"
        rows.append(f"{name} | {counts} | AUC {_with(part['auc'], part['auc_ci'])}")
        for method, one in part["by_method"].items():
            figure = _with(one["auc"], one["auc_ci"])
            rows.append(f"{name}: {method} | {part['n']['real']} | {one['n']} | AUC {figure}")
        rows.append(f"{name}: sharpness alone | {counts} | AUC {part['sharpness_only']['auc']:.2f}")
    pairs = found["clips"]
    rows.append(f"pairs of clips | | | {_with(pairs['pairs_auc'], pairs['pairs_ci'])}")
    rows.append(f"pairs of clips, sharpness made alike | | | {pairs['pairs_auc_matched']:.2f}")
    rows.append(f"pairs of clips, by sharpness alone | | | {pairs['sharpness_only']['pairs']:.2f}")
    if "recipe_pairs" in found:
        made = found["recipe_pairs"]
        rows.append(
            f"self-blends of people not trained on | {made['pairs']} | {made['pairs']} | AUC {made['auc']:.2f}"
        )
        rows.append(f"the same, within pairs | | | {made['pairs_auc']:.2f}")
        rows.append(f"hottest tenth of the map in the blend, times chance | | | {made['reacts_ratio']:.1f}")
    if "made" in found:
        made = found["made"]
        count = made["n"]["fake"]
        rows.append(
            f"made pairs of people not trained on | {count} | {count} | AUC {_with(made['auc'], made['auc_ci'])}"
        )
        rows.append(f"the same, within pairs | | | {_with(made['pairs_auc'], made['pairs_ci'])}")
        rows.append(f"the same, sharpness made alike | | | {made['pairs_auc_matched']:.2f}")
        for method, one in made["by_method"].items():
            figure = _with(one["auc"], one["auc_ci"])
            rows.append(f"made pairs: {method} | {count} | {one['n']} | AUC {figure}")
    return "\n".join(head + [f"| {side} | {row} |" for row in rows])


def _with(value: float, between: tuple[float, float]) -> str:
    return f"{value:.2f} ({between[0]:.2f}-{between[1]:.2f})"
