"""A release's card, README.md on the Hub: what the weights are, how they are used and were made, where they fail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from huggingface_hub import EvalResult, ModelCardData

from training import checkpoint, ingredients
from training.data import PARTS, PROTOCOLS

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


_ROLES = {
    True: "and then this, which sees the dark photo itself and makes it bright and clean at once",
    False: "and then this, which takes out the noise that the brightening brought up",
}
_INTERFACES = {
    True: "It takes and gives float32: `picture`, batch x height x width x 3, part of the dark photo or all of it, RGB "
    "in [0, 1], sides that are multiples of 8; `thumbnail`, the whole photo reduced to about 96 x 64; `vertical` and "
    "`horizontal`, which place the part in the whole; and `exposure`, the mean luma wanted. `lowlight/guide.py` makes "
    "them. It gives `clean`, to be clipped to [0, 1], and `wanted`, the mean luma that it would choose",
    False: "It takes and gives float32, batch x height x width x 3, RGB, of any size. The input is the brightened "
    "photo in [0, 1]; clip the output to [0, 1]",
}
_OWN_LIMITS = {
    True: "How bright a photo should be is partly taste: its choice is off by a fifth on photos that it does not know.",
    False: "It removes noise and does not brighten: give it a photo that went through lowlight's stages, as `enhance` "
    "does.",
}
"""What the two kinds of networks are, take, and cannot do: by whether they are guided."""


_TRUNK_LICENCE = (
    "One part, which tells what a photo shows, is the trunk of EfficientNet-Lite0: trained on ImageNet, published by "
    "Google under the Apache License 2.0 (https://www.apache.org/licenses/LICENSE-2.0), here with its batch "
    "normalization folded in and its weights rounded to 16 bits."
)


@dataclass(frozen=True)
class Facts:
    """Everything a card is made of.

    Attributes:
        repo_id: owner/name on the Hub.
        tag: the release's name there.
        network: the ONNX file's name.
        sha256: of the ONNX file, 64 hexadecimal characters.
        halo: how far the network looks, in pixels.
        guided: whether it takes the dark photo itself, told about all of it; else it cleans a brightened one.
        config: the run's ``config.json``.
        split: the run's ``split.json``.
        split_sha256: of that file.
        history: the run's ``history.json``.
        made_of: other runs that went into the network; see `training.ingredients`.
        evaluation: the evaluation's ``summary.json``; None where there is none.
        pictures: where each of the evaluation's pictures lies in the repository, by its name.
        terms: a licence's name on the Hub; None is for research use only.
        hardware: what it was trained on, in the publisher's words.
    """

    repo_id: str
    tag: str
    network: str
    sha256: str
    halo: int
    guided: bool
    config: Mapping[str, Any]
    split: Mapping[str, Any]
    split_sha256: str
    history: Sequence[Mapping[str, float]]
    made_of: Mapping[str, Any] = field(default_factory=dict)
    evaluation: Mapping[str, Any] | None = None
    pictures: Mapping[str, str] = field(default_factory=dict)
    terms: str | None = None
    hardware: str | None = None

    @property
    def title(self) -> str:
        """What the network is called."""
        return str(self.config["experiment"]["title"])

    @property
    def protocol(self) -> str:
        """How the data was split."""
        return str(self.split.get("protocol") or "not recorded")

    @property
    def parts(self) -> dict[str, list[Any]]:
        """The pairs of each part of the split."""
        found = self.split.get("parts", self.split)
        return {part: found[part] for part in PARTS if part in found}

    @property
    def of_lol(self) -> bool:
        """Whether the data is LOL."""
        return "lol" in str(self.split.get("source", "")).lower()


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
        role=_ROLES[facts.guided],
        interface=_INTERFACES[facts.guided].format(halo=facts.halo),
        own_limit=_OWN_LIMITS[facts.guided],
        gist=_gist(facts),
        figures=_figures(facts),
        training=_table(_training(facts)),
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
    measured = facts.evaluation["split"]
    return [
        EvalResult(
            task_type="image-to-image",
            task_name="Low-light image enhancement",
            dataset_type=LOL if facts.of_lol else "pairs",
            dataset_name=measured or facts.split.get("source") or "pairs of dark and bright photos",
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
    return f"{_table(rows)}\n\n{about}{_picture(facts, FIGURES, 'Photos from the worst to the best result')}"


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
        ["Data", f"{facts.split.get('source') or 'not recorded'}; pairs: {_parts(facts)}"],
        ["Split", f"{_protocol(facts)}. split.json names every file; its SHA-256 is `{facts.split_sha256}`"],
        ["Experiment", f"`{experiment['name']}`, all its fields in config.json"],
        ["Steps", f"{len(facts.history) * experiment['steps_per_epoch']:,}, each of {batch}"],
        [
            "Chosen",
            f"after epoch {kept['epoch']} of {len(facts.history)}, {how}: "
            f"{kept['val_psnr']:.2f} dB {_judged_by(experiment)} on validation",
        ],
        *ingredients.rows(facts.made_of),
        ["Code", f"commit `{config['commit']}`{changed}" if config.get("commit") else "commit not recorded"],
        ["Software", _software(config)],
        ["Hardware", facts.hardware or "not recorded"],
    ]


def _judged_by(experiment: Mapping[str, Any]) -> str:
    """Say what figure chose the weights: a guided network is told the true exposure, which flatters."""
    return "GT-mean PSNR, the exposure given," if experiment.get("task") == "enhance" else "PSNR"


def _parts(facts: Facts) -> str:
    """Say how many pairs each part has."""
    return ", ".join(f"{len(pairs)} {part}" for part, pairs in facts.parts.items())


def _leaks(facts: Facts) -> int:
    """Count the training pairs that show a scene of LOL's test set."""
    return sum(1 for pair in facts.parts.get("training", []) if isinstance(pair, Mapping) and pair.get("test_pairs"))


def _protocol(facts: Facts) -> str:
    meaning = PROTOCOLS.get(facts.protocol)
    return f"{facts.protocol}: {meaning}" if meaning else f"protocol {facts.protocol}"


def _software(config: Mapping[str, Any]) -> str:
    packages = ", ".join(f"{name} {version}" for name, version in config.get("packages", {}).items())
    parts = [f"back end {config['backend']}" if "backend" in config else "", packages]
    return "; ".join(part for part in parts if part) or "not recorded"


def _data_limit(facts: Facts) -> str:
    if not facts.of_lol:
        return "It learnt from the photos named above. Expect less on photos that are unlike them."
    return (
        "It learnt from LOL's photos, most of them indoors, of one collection. Strongly coloured light (neon, stage "
        "light) may change its hue, and fine texture may become smooth."
    )


def _licence(facts: Facts) -> str:
    return " ".join(filter(None, [_own_licence(facts), _TRUNK_LICENCE if "exposure" in facts.made_of else ""]))


def _own_licence(facts: Facts) -> str:
    if facts.terms:
        return f"The weights: {facts.terms}."
    data = "LOL, whose photos come without a licence" if facts.of_lol else "photos whose terms are not stated here"
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


def _table(rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table, its first row the head."""
    lines = [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return "\n".join((lines[0], "|---" * len(rows[0]) + "|", *lines[1:]))


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
