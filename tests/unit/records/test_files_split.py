"""The findings on a dataset do not depend on how its records are split into files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from detector_trainer.contract import Severity
from detector_trainer.records import scan
from detector_trainer.records.image_hashes import ImageHashes
from detector_trainer.records.reader_settings import settings_of
from detector_trainer.records.shard import scan_shard
from detector_trainer.records.tally import Tallies
from detector_trainer.records.totals import Totals
from detector_trainer.validation.appearance_checks import InspectedImages
from detector_trainer.validation.chain import scan_checks
from detector_trainer.validation.checks.records.train_eval_drift import Distributions
from detector_trainer.validation.inputs import Inputs
from support.inputs import Case
from support.mutations import picture
from support.records import Features, features, write


def records() -> list[Features]:
    pictures = [picture(40 + number, 30 + number % 7, ("JPEG", "PNG", "BMP")[number % 3]) for number in range(60)]
    boxes = [(0.1, 0.1, 0.2 + number / 100, 0.9 - number / 100) for number in range(60)]
    sound = [features(box, image__encoded=[data]) for box, data in zip(boxes, pictures, strict=True)]
    return [*sound[:20], features(image__encoded=[]), features(image__encoded=[b"?"]), *sound[20:]]


def hits(totals: Totals) -> dict[str, dict[Severity | None, int]]:
    return {
        code: {severity: tally.count for severity, tally in tallies.by_severity.items()}
        for code, tallies in totals.by_code.items()
        if isinstance(tallies, Tallies) and code != "records/empty-file"  # which depends on the split
    }


@pytest.mark.parametrize("cuts", [[31], [1, 2, 20, 22, 61], [0, 62]])
def test_totals_are_the_same(tmp_path: Path, cuts: list[int]):
    case = Case(tmp_path)
    case.write()
    inputs = Inputs(str(case.pipeline))
    settings, everything = settings_of(inputs.config, inputs.train, decode_images=inputs.decode_images), records()

    checks = scan_checks()

    def scanned(edges: list[int]) -> Totals:
        totals = checks.totals()
        for number, (first, last) in enumerate(zip([0, *edges], [*edges, len(everything)], strict=True)):
            part = write(tmp_path / f"{number}.record", everything[first:last])
            totals.merge(scan_shard(str(part), settings, checks, lambda *_: None))
        return totals

    whole, parts = scanned([]), scanned(cuts)
    assert whole[ImageHashes] == parts[ImageHashes]
    assert len(whole[ImageHashes].looks) == whole.records == 62
    assert whole[InspectedImages].images == parts[InspectedImages].images == 60
    for name, counts in vars(whole[Distributions]).items():
        assert np.array_equal(counts, getattr(parts[Distributions], name)), name
    assert hits(whole) == hits(parts)
    assert {code for code, found in hits(whole).items() if found} >= {"records/unknown-image-format", "records/wrong-type"}
    assert parts.place(61) == (str(tmp_path / f"{len(cuts)}.record"), 61 - cuts[-1]) or cuts[-1] == 62


def test_processes_find_what_one_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    case = Case(tmp_path)
    paths = [write(tmp_path / f"{number}.record", records()) for number in range(2)]
    case.config.train_input_reader.tf_record_input_reader.input_path[:] = [str(path) for path in paths]
    case.write()
    alone = case.report().findings
    monkeypatch.setattr(scan, "ALONE_BELOW", 0)
    case.options["processes"] = 2
    assert case.report().findings == alone
