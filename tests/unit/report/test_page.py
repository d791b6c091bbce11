"""The page of a validation."""

from __future__ import annotations

import base64
import io
import os
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image

from detector_trainer.contract import Finding, Report, Severity, Verdict, Where
from detector_trainer.report import gallery
from detector_trainer.report.page import EACH, render
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.validate import validate
from support.inputs import Case
from support.records import features, image, write

BOX = (0.1, 0.2, 0.5, 0.6)
VOID = {"meta", "br", "link", "img", "input"}


class Page(HTMLParser):
    """A page as a browser takes it: its tags, attributes and text, and that each tag is closed."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.source = source
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(source)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if not self._open or self._open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.words))

    def all(self, name: str, style: str = "") -> list[dict[str, str | None]]:
        return [attrs for tag, attrs in self.tags if tag == name and style in (attrs.get("class") or "")]

    @property
    def pictures(self) -> list[Image.Image]:
        links = [str(attrs["href"]) for attrs in self.all("image")]
        assert all(link.startswith("data:image/jpeg;base64,") for link in links)
        return [Image.open(io.BytesIO(base64.b64decode(link.partition(",")[2]))) for link in links]


@pytest.fixture
def case(tmp_path: Path) -> Case:
    case = Case(tmp_path)
    case.write()
    return case


def inputs(case: Case) -> Inputs:
    return Inputs(str(case.pipeline), **case.options)


def page_of(case: Case) -> Page:
    """The page of a validation of the case."""
    given = inputs(case)
    return Page(render(validate(given), given))


def page_with(case: Case, *findings: Finding, **stats) -> Page:
    """The page of a report."""
    verdict = Verdict.REJECT if any(finding.severity is Severity.ERROR for finding in findings) else Verdict.PASS
    return Page(render(Report(verdict=verdict, findings=list(findings), stats=stats, duration_seconds=1.5), inputs(case)))


def finding(number: int = 0, code: str = "records/broken-image", severity: Severity = Severity.ERROR, **where) -> Finding:
    return Finding(code=code, severity=severity, message=f"Message {number}.", hint=f"Hint {number}.", where=Where(**where))


def named(case: Case, *records: int) -> list[Finding]:
    """Findings that name records of the training file."""
    return [finding(n, f"records/code-{n}", file=str(case.record), record=number) for n, number in enumerate(records)]


# Its text


def test_it_says_the_verdict_and_what_was_looked_at(case: Case):
    page = page_of(case)
    assert "PASS It will train. No problem found." in page.text
    assert str(case.pipeline) in page.text
    assert "3 records, 3 images, 3 boxes" in page.text
    assert "300 × 187 pixels" in page.text


def test_each_finding_has_its_code_place_message_fix_and_count(case: Case):
    given = finding(1, file="a.record", record=3, field="image/encoded").model_copy(update={"count": 1234})
    text = page_with(case, given).text
    assert "REJECT It will not train. 1 error." in text
    for words in (given.code, "a.record, record 3, image/encoded", given.message, given.hint, "1,234 times"):
        assert words in text


def test_errors_come_first_and_findings_of_one_code_together(case: Case):
    warning, info = Severity.WARNING, Severity.INFO
    given = [finding(1, "a/b", info), finding(2, "c/d", warning), finding(3, "e/f"), finding(4, "g/h"), finding(5, "e/f")]
    text = page_with(case, *given).text
    places = [text.index(f"Message {number}.") for number in (3, 5, 4, 2, 1)]
    assert places == sorted(places)


def test_ten_thousand_findings_stay_readable(case: Case):
    page = page_with(case, *(finding(number, f"records/code-{number % 4}") for number in range(10_000)))
    assert len(page.all("div", "finding")) == 4 * EACH
    assert page.text.count(f"And {2500 - EACH:,} more findings of this code") == 4
    assert "10,000 errors" in page.text
    assert len(page.source) < 50_000


def test_classes_are_counted(case: Case):
    page = page_with(case, classes={f"class {number}": 1000 - number for number in range(40)})
    assert "class 0 1,000" in page.text
    assert "class 39 961" in page.text
    assert len(page.all("span", "bar")) == 40
    assert page.all("span", "bar")[0]["style"] == "width:100.0%"


# Pictures


def test_the_record_that_a_finding_names_is_drawn_with_its_boxes(case: Case):
    write(case.record, [features(BOX), features(BOX, (0.5, 0.5, 0.9, 0.9), image__encoded=[image(size=(1000, 500))])])
    page = page_with(case, *named(case, 1))
    (picture,) = page.pictures
    assert picture.size == (480, 240)
    assert [(box["x"], box["y"], box["width"], box["height"]) for box in page.all("rect", "box")] == [
        ("96.0", "24.0", "192.0", "96.0"),
        ("240.0", "120.0", "192.0", "96.0"),
    ]
    assert "2 boxes: 2 × Abyssinian." in page.text


@pytest.mark.parametrize(
    ("box", "words"),
    [
        ((0.1, 0.9, 0.5, 0.6), "min above max"),
        ((0.1, 0.2, 0.5, 20.0), "above 1.1: drawn as pixels"),
        ((-0.1, 0.2, 0.5, 0.6), "beyond the image"),
        ((0.1, 0.2, 0.1, 0.6), "no area"),
    ],
)
def test_a_box_that_is_wrong_is_marked_and_told_with_its_numbers(case: Case, box, words):
    write(case.record, [features(BOX, box)])
    page = page_with(case, *named(case, 0))
    assert ["wrong" in str(rect["class"]) for rect in page.all("rect", "box")] == [False, True]
    assert len(page.all("tr", "wrong")) == 1
    assert words in page.text


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_box_without_a_place_is_told_only(case: Case, value):
    write(case.record, [features((value, 0.1, 0.5, 0.5))])
    page = page_with(case, *named(case, 0))
    assert len(page.pictures) == 1
    assert page.all("rect") == []
    assert "not finite: not drawn" in page.text


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (features(BOX, image__encoded=None), "The record has no image."),
        (features(BOX, image__encoded=[image(size=(300, 300))[:700]]), "The image cannot be decoded"),
        (features(BOX, image__encoded=[b"cat.jpg"]), "The image cannot be decoded"),
        (b"\xff\xff no example", "The record is not a tf.train.Example."),
    ],
    ids=["none", "cut off", "a path", "no Example"],
)
def test_a_picture_that_cannot_be_drawn_is_a_sentence(case: Case, record, words):
    write(case.record, [record])
    page = page_with(case, *named(case, 0))
    assert page.pictures == []
    assert words in page.text


def test_a_record_that_is_not_there_is_a_sentence(case: Case):
    assert "The file has no such record" in page_with(case, *named(case, 99)).text


def test_a_damaged_record_is_a_sentence(case: Case):
    data = bytearray(case.record.read_bytes())
    data[100] ^= 255
    case.record.write_bytes(data)
    assert "its checksum does not match" in page_with(case, *named(case, 0)).text


@pytest.mark.parametrize("kind", ["missing", "folder", "pipe"])
def test_a_file_that_cannot_be_read_is_a_sentence(case: Case, kind: str):
    case.record.unlink()
    if kind == "folder":
        case.record.mkdir()
    elif kind == "pipe":
        os.mkfifo(case.record)
    assert "The file cannot be read." in page_with(case, *named(case, 0)).text


def test_a_slow_storage_costs_the_pictures_only(case: Case, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(gallery, "SECONDS", -1)
    page = page_with(case, *named(case, 0), records=3)
    assert page.pictures == []
    assert "The storage was too slow" in page.text
    assert "Hint 0." in page.text


def test_no_more_than_twelve_records_are_drawn_the_first_of_each_code_before_all(case: Case):
    write(case.record, [features(BOX)] * 40)
    many = [finding(number, "records/a", file=str(case.record), record=number) for number in range(5)]
    page = page_with(case, *many, *named(case, *range(10, 21)))
    assert len(page.pictures) == gallery.MAX_PICTURES
    assert [f"record {number}. 1 box" in page.text for number in (0, 1, 10, 20)] == [True, False, True, True]


def test_a_record_is_drawn_once(case: Case):
    page = page_with(case, *named(case, 1, 1))
    assert len(page.pictures) == 1
    assert page.text.count("The record is shown above.") == 1


def test_some_training_records_are_shown_and_the_sizes_of_their_sound_boxes(case: Case):
    nan = float("nan")
    write(case.record, [features(BOX), features((1.0, 2.0, 300.0, 400.0), (nan, 0.0, 0.5, 0.5), (0.5, 0.5, 0.1, 0.1))] * 20)
    page = page_with(case, records=40)
    assert len(page.pictures) == gallery.SAMPLES
    assert "Of the first 40 training records." in page.text
    (points,) = page.all("path", "points")
    assert str(points["d"]).count("M") == 20


def test_boxes_are_shown_in_the_pixels_of_the_resized_image_beside_the_anchors(case: Case):
    case.config.model.ssd.image_resizer.fixed_shape_resizer.width = 256
    generator = case.config.model.ssd.anchor_generator.multiscale_anchor_generator
    generator.min_level, generator.max_level, generator.anchor_scale, generator.scales_per_octave = 4, 4, 4.0, 1
    generator.aspect_ratios[:] = [1.0, 2.0]
    case.write()
    write(case.record, [features(BOX), features((0.1, 0.1, 0.11, 0.9))])
    page = page_of(case)
    assert "as the model gets it (256 × 128)" in page.text
    assert "the 2 sizes of the model's anchors" in page.text
    assert "1 of 2 boxes (50 %) has no anchor that overlaps by half" in page.text
    assert len(page.all("circle", "anchor")) == 2 * 2  # by size, and by shape


def test_the_sizes_of_images_are_shown_where_they_differ(case: Case):
    sizes = [(40, 30), (60, 30), (60, 30)]
    write(case.record, [features(BOX, image__encoded=[image(size=size)]) for size in sizes])
    page = page_of(case)
    assert "2 different sizes. The model gets them all as 128 × 128." in page.text
    _, images = page.all("path", "points")
    assert str(images["d"]).count("M") == 3


def test_where_there_are_many_findings_the_first_of_each_code_is_open(case: Case):
    few, many = ([finding(number, f"records/code-{number % 10}") for number in range(total)] for total in (30, 40))
    assert len(page_with(case, *few).all("details")) == 0
    page = page_with(case, *many)
    assert len(page.all("details")) == 10
    assert len(page.all("div", "finding")) == 40


@pytest.mark.parametrize(
    ("kind", "mode", "size"),
    [("PNG", "RGBA", (9, 7)), ("PNG", "I;16", (50, 40)), ("JPEG", "CMYK", (64, 64)), ("PNG", "L", (2, 900))],
)
def test_images_of_all_kinds_are_shown(case: Case, kind: str, mode: str, size: tuple[int, int]):
    buffer = io.BytesIO()
    Image.new(mode, size).save(buffer, kind)
    write(case.record, [features(BOX, image__encoded=[buffer.getvalue()])])
    (picture,) = page_with(case, *named(case, 0)).pictures
    assert (picture.format, picture.mode) == ("JPEG", "RGB")
    assert max(picture.size) <= 480


def test_sixteen_bits_are_not_cut_off(case: Case):
    buffer = io.BytesIO()
    Image.new("I;16", (8, 8), 0x8000).save(buffer, "PNG")
    write(case.record, [features(BOX, image__encoded=[buffer.getvalue()])])
    (picture,) = page_with(case, *named(case, 0)).pictures
    assert abs(picture.getpixel((4, 4))[0] - 128) < 4


# Safety


HOSTILE = '<script>alert("1")</script>&amp;\' onload=x'


def test_nothing_that_was_read_becomes_markup(case: Case):
    file = case.folder / f"{HOSTILE.replace('/', '')}.record"
    write(file, [features(BOX, text=HOSTILE), features(BOX, image__encoded=[HOSTILE.encode()])])
    case.config.train_config.fine_tune_checkpoint = ""
    case.config.train_input_reader.tf_record_input_reader.input_path[:] = [str(file)]
    case.write()
    given = inputs(case)
    hostile = Finding(
        code=HOSTILE, severity=Severity.ERROR, message=HOSTILE, hint=HOSTILE, where=Where(file=str(file), record=0, field=HOSTILE)
    )
    report = validate(given)
    page = Page(render(report.model_copy(update={"findings": [*report.findings, hostile]}), given))
    assert not page.all("script")
    assert not any("onload" in attrs for _, attrs in page.tags)
    assert page.text.count(HOSTILE) >= 6


def test_characters_that_html_forbids_are_replaced(case: Case):
    page = page_with(case, finding(file="a\udcff\x00\x1b[31m.record"))
    assert "a\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}[31m.record" in page.text
    page.source.encode()


def test_it_is_one_file_that_fetches_nothing_and_runs_nothing(case: Case):
    write(case.record, [features(BOX), features((0.1, 0.9, 0.5, 0.6))])
    page = page_of(case)
    links = [value for _, attrs in page.tags for name, value in attrs.items() if name in ("src", "href", "data", "action")]
    assert links
    assert all(str(link).startswith(("data:image/jpeg;base64,", "#")) for link in links)
    assert not {"script", "link", "iframe", "object"} & {tag for tag, _ in page.tags}
    assert not re.search(r"url\(|@import", page.source)
    (policy,) = (meta for meta in page.all("meta") if meta.get("http-equiv") == "Content-Security-Policy")
    assert "default-src 'none'" in str(policy["content"])


def test_it_fits_a_phone_and_the_dark(case: Case):
    page = page_of(case)
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in page.all("meta")
    assert "prefers-color-scheme: dark" in page.source


def test_the_same_report_gives_the_same_page(case: Case):
    report = validate(inputs(case))
    assert render(report, inputs(case)) == render(report, inputs(case))


@pytest.mark.parametrize("broken", ["missing config", "config", "label map", "no records"])
def test_there_is_a_page_whatever_is_wrong(case: Case, broken: str):
    if broken == "missing config":
        case.pipeline.unlink()
    elif broken == "config":
        case.pipeline.write_text("model { <b>")
    elif broken == "label map":
        case.label_map.write_text("item {")
    else:
        case.record.unlink()
    page = page_of(case)
    assert "REJECT" in page.text
    assert page.all("div", "finding")
    assert "Validated in" in page.text


def test_where_nothing_was_read_nothing_is_said_of_it(case: Case):
    case.options["model_dir"] = None
    case.pipeline.write_text("model { <b>")
    assert "What was read" not in page_of(case).text
