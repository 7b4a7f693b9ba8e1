"""Everything that a release's card is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from training.release.card_texts import DENOISER, LIGHT_GUIDED, Texts


@dataclass(frozen=True)
class Facts:
    """Everything a card is made of.

    Attributes:
        repo_id: owner/name on the Hub.
        tag: the release's name there.
        network: the ONNX file's name.
        sha256: of the ONNX file, 64 hexadecimal characters.
        halo: by how many pixels tiles must overlap.
        guided: whether it is light-guided; else it is a denoiser.
        config: the run's ``config.json``.
        split: the run's ``split.json``.
        split_sha256: of that file.
        history: the run's ``history.json``.
        made_of: other runs that went into the network; see `training.release.ingredients`.
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
    def texts(self) -> Texts:
        """What is said of its kind."""
        return LIGHT_GUIDED if self.guided else DENOISER

    @property
    def sets(self) -> Sequence[Mapping[str, Any]]:
        """The data sets, each with its split; one without names where the run did not write them down."""
        found: Sequence[Mapping[str, Any]] = self.split.get("sets", [self.split])
        return found

    @property
    def sources(self) -> list[str]:
        """The data sets' names."""
        return [str(one.get("source") or "data not recorded") for one in self.sets]

    @property
    def protocol(self) -> str:
        """How the data was split that was measured, or all of it."""
        found = [one.get("protocol") or "not recorded" for one in self.sets]
        return str((self.evaluation or {}).get("protocol") or ", ".join(dict.fromkeys(found)))

    @property
    def of_lol(self) -> bool:
        """Whether LOL is among the data."""
        return any(is_lol(source) for source in self.sources)


def is_lol(source: str) -> bool:
    """Whether a data set is LOL, by its name."""
    return "lol" in source.lower()
