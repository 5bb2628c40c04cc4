"""What a person may say to `lingos assistant train`; every field is a flag."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from lingos.settings import Options, Share

__all__ = ["TrainOptions"]


class TrainOptions(Options):
    """Options of `lingos assistant train`."""

    base: str = Field("lingos-base-zh-en", description="pretrained model: an id of `lingos bases`, or a folder")
    method: str = Field("top", description="one of `lingos methods`, or auto = climb the ladder")
    effort: Literal["quick", "normal", "thorough"] = Field("quick", description="how long to look for the best method")
    refuse: Share = Field(0.05, lt=1, description='share of commands that may be asked back, e.g. "5%"')
    each: int = Field(6, ge=1, description="sentences of each phrase")
    seed: int = Field(0, ge=0, description="draws sentences, splits and batches")
    set: list[str] = Field([], description="method setting, e.g. --set epochs=5 (repeatable)")
    frozen: str | None = Field(None, description="labelled rows that judge; default: the house's own")
