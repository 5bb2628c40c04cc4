"""What a person may say to `tune`; every field is a flag, a key of the recipe file and an argument."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from lingos.data.reading import READING
from lingos.settings import Options, Share

__all__ = ["CheckOptions", "ReadingOptions", "TuneOptions"]


class ReadingOptions(Options):
    """How a data file is read. What is not said is detected, and what was detected is printed."""

    text: str | None = Field(None, description=READING["text"])
    label: str | None = Field(None, description=READING["label"])
    format: str | None = Field(None, description=READING["format"])
    encoding: str | None = Field(None, description=READING["encoding"])
    delimiter: str | None = Field(None, description=READING["delimiter"])
    header: bool | None = Field(None, description=READING["header"])
    sheet: str | None = Field(None, description=READING["sheet"])


class TuneOptions(ReadingOptions):
    """Options of `lingos tune`. What is not said is derived from the data, and the reason is printed."""

    test: str | None = Field(
        None, description="file of test rows, read as the training file if named alike; default: a fifth of the rows"
    )
    name: str | None = Field(None, description="name of the skill; default: the file's name")
    task: str = Field("classify", description="what is predicted")
    method: str = Field("auto", description="auto = climb the ladder; else one of `lingos methods`")
    effort: Literal["quick", "normal", "thorough"] = Field("normal", description="how long to look for the best method")
    base: str = Field("default", description="pretrained model: default, an id of `lingos bases`, a folder, or none")
    refuse: Share = Field(0.0, lt=1, description='share of in-scope texts that may be refused, e.g. "5%"')
    calibrate: Literal["folds", "held"] = Field(
        "folds",
        description="scores are set by rows out of fold; held: by a tenth of the training rows, which teaches nothing, "
        "so that one fit of a method that was named is enough",
    )
    outside: str | None = Field(
        None, description="file of texts that belong to no label, or everyday: such texts are refused; needs --refuse"
    )
    seed: int = Field(0, ge=0, description="draws splits, batches and dropout")
    shots: int = Field(0, ge=0, description="keep so many rows of each class in all; no other label is read")
    group: str | None = Field(None, description="column whose equal values never straddle a split")
    strict: bool = Field(False, description="stop at any row that can not be used")
    max_length: int = Field(0, ge=0, description="tokens read of a text; 0 = as many as 99 % of the rows need")
    from_: str | None = Field(None, description="skill whose branch is the start, compared with a fresh one")
    descriptions: str | None = Field(None, description="JSON file: label -> description, for zero-shot")
    recipe: str | None = Field(None, description="YAML file of a recipe; a skill carries its own as recipe.yaml")
    set: list[str] = Field([], description="method setting, e.g. --set epochs=5 (repeatable)")
    track: Literal["none", "tensorboard", "wandb", "mlflow"] = Field("none", description="where losses are logged")
    personal: bool = Field(True, description="look for personal data in the texts")


class CheckOptions(ReadingOptions):
    """Options of `lingos check`."""

    test: str | None = Field(None, description="test file, to find overlap")
    base: str = Field("default", description="base whose language and length are checked; none = no base")
    fix: bool = Field(False, description="write a cleaned copy beside the file, with its changes")
    out: str | None = Field(None, description="where --fix writes: .csv, .tsv or .jsonl; default: beside the file")
