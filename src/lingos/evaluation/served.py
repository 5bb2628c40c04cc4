"""Which variant of a skill answers, and what the gate said about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lingos.evaluation.gate import variant_reason
from lingos.manifest import Manifest
from lingos.words.said import Said, listed

__all__ = ["serves", "variant_facts"]

# A mix of precisions -> accepted, reason, code, numbers; or "onnx" -> why torch or fp32 serves, with its values.
Tried = Mapping[str, Mapping[str, Any]]


def serves(tried: Tried) -> Said:
    """Why int8 serves, or why it does not: what the gate said about each mix of int8 and fp32 parts."""
    if "onnx" in tried:
        return Said(tried["onnx"]["code"], {name: tried["onnx"].get(name, "-") for name in ("why", "worst", "most")})
    said = [
        {**_parts(mix), "reason": variant_reason(one["code"], one), "accepted": one["accepted"]}
        for mix, one in tried.items()
    ]
    for one in said:
        if one["accepted"]:
            return Said("serves.int8", {name: one[name] for name in ("trunk", "branch", "reason")})
    mixes = [Said("serves.mix", {name: one[name] for name in ("trunk", "branch", "reason")}) for one in said]
    return Said("serves.fp32", {"reasons": listed(mixes, "list.semicolon")})


def variant_facts(manifest: Manifest) -> dict[str, Any]:
    """For the report: the variant that serves and the gate's verdict; empty where the gate had nothing to judge."""
    name = manifest.serve or ""
    if name not in manifest.variants or not manifest.variants[name].gate:
        return {}
    served = manifest.variants[name]
    return {
        "name": name,
        "engine": served.engine,
        "precision": served.precision,
        "reason": serves(served.gate),
        "gate": served.gate,
    }


def _parts(mix: str) -> dict[str, str]:
    """ "trunk int8, branch fp32" -> its parts."""
    trunk, branch = (part.split()[1] for part in mix.split(", "))
    return {"trunk": trunk, "branch": branch}
