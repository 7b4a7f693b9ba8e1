"""A release's card, README.md on the Hub: what the weights are, how they are used and were made, where they fail."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from huggingface_hub import EvalResult, ModelCardData

from training import markdown
from training.data.mixture import CLEAN
from training.data.pairs import LOL_FADED
from training.data.splits import PARTS, PROTOCOLS
from training.release import ingredients
from training.release.card_facts import Facts as Facts
from training.release.card_facts import is_lol
from training.run import checkpoint

TEMPLATE = Path(__file__).with_name("card_template.md")

LOL = "geekyrakshit/LoL-Dataset"
"""LOL's name on the Hub."""

METRICS = {
    "psnr": ("PSNR", "psnr", "{:.2f} dB"),
    "ssim": ("SSIM", "ssim", "{:.3f}"),
    "gt_mean_psnr": ("GT-mean PSNR", "psnr", "{:.2f} dB"),
    "gt_mean_ssim": ("GT-mean SSIM", "ssim", "{:.3f}"),
}
"""The evaluation's figures: for each its name for people, its type on the Hub, and how it is written."""

WORST, FIGURES = "worst.jpg", "figures.jpg"
"""The evaluation's pictures: where the network fails, and photos from the worst to the best."""

_PROTOCOLS = {**PROTOCOLS, CLEAN: "well-lit photos, all of which train: dark ones are made of them"}


def render(facts: Facts) -> str:
    """Return the card: Markdown with the Hub's metadata at its top. The same facts give the same card."""
    return TEMPLATE.read_text(encoding="utf-8").format(
        metadata=metadata(facts).to_yaml(),
        title=facts.title,
        repo_id=facts.repo_id,
        tag=facts.tag,
        network=facts.network,
        weights=f"{Path(facts.network).stem}.weights.h5",
        sha256=facts.sha256,
        halo=facts.halo,
        role=facts.texts.role,
        interface=facts.texts.interface,
        own_limit=facts.texts.limit,
        gist=_gist(facts),
        figures=_figures(facts),
        training=markdown.table(_training(facts), left=2),
        command=facts.config["command"],
        data_limit=_data_limit(facts),
        failures=_failures(facts),
        licence=_licence(facts),
    )


def metadata(facts: Facts) -> ModelCardData:
    """Return what the Hub reads: how to find the model, and its figures as ``model-index``."""
    return ModelCardData(
        model_name=facts.title,
        library_name="onnx",
        pipeline_tag="image-to-image",
        license=facts.terms or "other",
        license_name=None if facts.terms else "research-use-only",
        datasets=[LOL] if facts.of_lol else None,
        metrics=["psnr", "ssim"] if facts.evaluation else None,
        tags=["lowlight", "low-light-image-enhancement", "image-denoising", "image-restoration", "keras"],
        eval_results=_results(facts) or None,
    )


def _results(facts: Facts) -> list[EvalResult]:
    if facts.evaluation is None:
        return []
    measured = facts.evaluation["split"] or ", ".join(facts.sources)
    return [
        EvalResult(
            task_type="image-to-image",
            task_name="Low-light image enhancement",
            dataset_type=LOL if is_lol(measured) else "pairs",
            dataset_name=measured,
            dataset_split=next((part for part in PARTS if part in measured), None),
            dataset_args={"protocol": facts.protocol, "split_sha256": facts.split_sha256},
            metric_type=kind,
            metric_name=label,
            metric_value=round(facts.evaluation["mean"][metric], 4),
        )
        for metric, (label, kind, _) in METRICS.items()
        if facts.evaluation["mean"][metric] is not None
    ]


def _gist(facts: Facts) -> str:
    if facts.evaluation is None:
        return ""
    psnr, ssim, gt_psnr, gt_ssim = _cells(facts.evaluation["mean"])
    return (
        f"\n\nOn {facts.evaluation['pairs']} photos ({_measured(facts)}): {psnr} PSNR and {ssim} SSIM; "
        f"{gt_psnr} and {gt_ssim} with the exposure given (GT-mean)."
    )


def _measured(facts: Facts) -> str:
    """Say which photos the figures are from, and whether they can be trusted."""
    where = (facts.evaluation or {}).get("split") or "which ones is not recorded"
    leaks = _leaks(facts)
    return f"{where}; **{leaks} training pairs show LOL's test scenes, which flatters**" if leaks else where


def _figures(facts: Facts) -> str:
    found = facts.evaluation
    if found is None:
        return "Not evaluated."
    rows = [
        ["", *(label for label, _, _ in METRICS.values())],
        ["lowlight's stages alone", *_cells(found["without_network"])],
        [f"**with this network ({facts.title})**", *(f"**{cell}**" for cell in _cells(found["mean"]))],
        ["the same, median", *_cells(found["median"])],
    ]
    about = (
        f"Means over {found['pairs']} photos ({_measured(facts)}), protocol {facts.protocol}, "
        "at full size, in 8-bit RGB, through lowlight's whole recipe with automatic settings. PSNR over all three "
        "channels; SSIM with a Gaussian window, the mean over channels. GT-mean: the result is first scaled to the "
        "reference's mean luma, which gives the exposure away and judges the rest. "
        f"{found['mean']['seconds']:.2f} s a photo on {_count(found['threads'], 'thread')}."
    )
    return f"{markdown.table(rows)}\n\n{about}{_picture(facts, FIGURES, 'Photos from the worst to the best result')}"


def _failures(facts: Facts) -> str:
    if facts.evaluation is None:
        return "Not evaluated."
    worst = ", ".join(map(str, facts.evaluation["worst"]))
    picture = _picture(
        facts, WORST, "The worst results: photo, stages without the network, with the network, reference"
    )
    return f"The worst results by PSNR, the worst first: {worst}.{picture}"


def _training(facts: Facts) -> list[list[str]]:
    """Return what the training table says: a head, then rows of two cells."""
    config, experiment = facts.config, facts.config["experiment"]
    kept = checkpoint.kept(facts.history, experiment)
    how = "the last" if experiment.get("kept") == "last" else "the best"
    batch = f"{experiment['batch_size']} patches of {experiment['patch_size']} x {experiment['patch_size']} pixels"
    changed = " with uncommitted changes" if config.get("uncommitted changes") else ""
    return [
        ["", ""],
        ["Data", "; ".join(map(_data, facts.sources, facts.sets))],
        ["Split", f"{_protocols(facts)}. split.json names every file; its SHA-256 is `{facts.split_sha256}`"],
        *_references(facts),
        ["Experiment", f"`{experiment['name']}`, all its fields in config.json"],
        ["Steps", f"{len(facts.history) * experiment['steps_per_epoch']:,}, each of {batch}"],
        [
            "Chosen",
            f"after epoch {kept['epoch']} of {len(facts.history)}, {how}: "
            f"{kept['val_psnr']:.2f} dB {facts.texts.judged_by} on validation",
        ],
        *ingredients.rows(facts.made_of),
        ["Code", f"commit `{config['commit']}`{changed}" if config.get("commit") else "commit not recorded"],
        ["Software", _software(config)],
        ["Hardware", facts.hardware or "not recorded"],
    ]


def _data(source: str, one: Mapping[str, Any]) -> str:
    """Say how many pairs each part of a data set has."""
    parts = one["parts"]
    return f"{source}: {', '.join(f'{len(parts[part])} {part}' for part in PARTS if parts.get(part))}"


def _protocols(facts: Facts) -> str:
    """Say how each data set was split, and once what that means."""
    told: dict[str, list[str]] = {}
    for source, one in zip(facts.sources, facts.sets, strict=True):
        told.setdefault(str(one.get("protocol") or "a protocol not recorded"), []).append(source)
    meanings = {protocol: f" ({_PROTOCOLS[protocol]})" if protocol in _PROTOCOLS else "" for protocol in told}
    return "; ".join(f"{', '.join(sources)} by {protocol}{meanings[protocol]}" for protocol, sources in told.items())


def _references(facts: Facts) -> list[list[str]]:
    """Say that LOL's bright photos were not taken as they are, where they were not."""
    if not (facts.guided and facts.of_lol):
        return []
    how = (
        f"LOL's bright photos are faded: they were learned with colours {LOL_FADED:g} times as far from grey "
        "(`training/data/pairs.py`). Figures on LOL are measured against them as they are, which costs decibels"
    )
    return [["References", how]]


def _leaks(facts: Facts) -> int:
    """Count the training pairs that show a scene of LOL's test set."""
    pairs = [pair for one in facts.sets for pair in one["parts"].get("training", [])]
    return sum(1 for pair in pairs if isinstance(pair, Mapping) and pair.get("test_pairs"))


def _software(config: Mapping[str, Any]) -> str:
    packages = ", ".join(f"{name} {version}" for name, version in config.get("packages", {}).items())
    parts = [f"back end {config['backend']}" if "backend" in config else "", packages]
    return "; ".join(part for part in parts if part) or "not recorded"


def _data_limit(facts: Facts) -> str:
    if not all(map(is_lol, facts.sources)):
        return "It learnt from the photos named above. Expect less on photos that are unlike them."
    return (
        "It learnt from LOL's photos, most of them indoors, of one collection. Strongly coloured light (neon, stage "
        "light) may change its hue, and fine texture may become smooth."
    )


def _licence(facts: Facts) -> str:
    if facts.terms:
        return f"The weights: {facts.terms}."
    lol, others = "LOL, whose photos come without a licence", "photos whose terms are not stated here"
    known = dict.fromkeys(lol if is_lol(source) else others for source in facts.sources)
    data = ", and ".join(known)
    shown = " The pictures on this card show some of them, to document results." if facts.pictures else ""
    return (
        f"Research use only. The weights were learnt from {data}, so nobody can give you more than that.{shown} "
        "lowlight's code has a licence of its own, MIT."
    )


def _picture(facts: Facts, name: str, words: str) -> str:
    return f"\n\n![{words}]({facts.pictures[name]})" if name in facts.pictures else ""


def _cells(values: Mapping[str, float | None]) -> list[str]:
    """Return the `METRICS` as people read them; None stands for infinity."""
    found = [(form, values[metric]) for metric, (_, _, form) in METRICS.items()]
    return ["infinite" if value is None else form.format(value) for form, value in found]


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
