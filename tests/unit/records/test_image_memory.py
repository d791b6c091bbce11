"""How much memory an image may take is computed from its headers, before it is decoded."""

from __future__ import annotations

import io

import numpy as np
import pytest
import simplejpeg
from google.protobuf import text_format
from PIL import Image

from detector_trainer.records import jpeg as scan_jpeg
from detector_trainer.records import with_pillow
from detector_trainer.records.decoding_memory import MAX_BYTES
from detector_trainer.records.image import State, inspect, inspect_gray
from detector_trainer.report import pictures
from support import jpegs
from support.inputs import Case
from support.jpegs import ARITHMETIC, ARITHMETIC_PROGRESSIVE, BASELINE, EXTENDED, HALVED, PROGRESSIVE, jpeg
from support.memory import peak_growth
from support.mutations import LABEL_MAP, picture, record, texts
from support.records import framed

pytestmark = pytest.mark.slow

MIB = 1 << 20
MASK = "image/object/mask"
ONE_BY_ONE = ((0,), (1,), (2,))
GRAY = ((1, 1),)
BOMBS = {
    "sequential, a scan for each component": jpeg(16_384, 16_384, scans=ONE_BY_ONE),
    "sequential, two components and then one": jpeg(16_384, 16_384, scans=((0, 1), (2,))),
    "extended sequential": jpeg(16_384, 16_384, frame=EXTENDED, scans=ONE_BY_ONE),
    "sequential, halved chroma": jpeg(16_384, 16_384, sampling=HALVED, scans=ONE_BY_ONE),
    "progressive": jpeg(16_384, 16_384, frame=PROGRESSIVE),
    "progressive, gray": jpeg(16_384, 16_384, frame=PROGRESSIVE, sampling=GRAY, scans=((0,),)),
    "arithmetic, a scan for each component": jpeg(16_384, 16_384, frame=ARITHMETIC, scans=ONE_BY_ONE),
    "arithmetic, progressive": jpeg(16_384, 16_384, frame=ARITHMETIC_PROGRESSIVE),
    "behind a comment longer than the first read": jpeg(
        16_384, 16_384, scans=ONE_BY_ONE, before=jpegs.segment(0xFE, bytes(5000))
    ),
    "behind a segment of length 0": jpeg(16_384, 16_384, scans=ONE_BY_ONE, before=b"\xff\xfe\x00\x00"),
    "behind bytes that are not a segment": jpeg(
        16_384, 16_384, scans=ONE_BY_ONE, before=b"\xff\xfe\x00\x02\x00\xff\x00\xff\xff\xff\x01"
    ),
}


@pytest.fixture
def no_decoder(monkeypatch):
    """Fail if an image is decoded."""

    def decoded(*_args, **_options):
        pytest.fail("the image was decoded")

    monkeypatch.setattr(simplejpeg, "decode_jpeg", decoded)
    monkeypatch.setattr(with_pillow, "decode", decoded)
    monkeypatch.setattr(Image.Image, "thumbnail", decoded)


@pytest.mark.usefixtures("no_decoder")
@pytest.mark.parametrize("image", BOMBS.values(), ids=BOMBS)
def test_an_image_whose_coefficients_exceed_the_budget_is_not_decoded(image):
    fact = inspect(memoryview(image), decoding=True)
    assert (fact.state, fact.width, fact.height) == (State.NOT_DECODED, 16_384, 16_384)
    assert "MiB of DCT coefficients" in fact.detail


@pytest.mark.usefixtures("no_decoder")
@pytest.mark.parametrize("image", BOMBS.values(), ids=BOMBS)
def test_nor_is_it_for_a_picture_of_the_page(image):
    with pytest.raises(pictures.NotShown):
        pictures._small_copy(image)


@pytest.mark.parametrize("image", BOMBS.values(), ids=BOMBS)
def test_without_decoding_it_passes_by_its_header(image):
    assert inspect(memoryview(image), decoding=False).state is State.SOUND


@pytest.mark.usefixtures("no_decoder")
def test_an_image_of_so_many_scans_that_they_take_minutes_is_not_decoded():
    fact = inspect(memoryview(jpeg(5000, 5000, frame=PROGRESSIVE, scans=((0, 1, 2), *[(0,)] * 5000))), decoding=True)
    assert fact.state is State.NOT_DECODED
    assert "5,001 scans" in fact.detail


PHOTOS = {
    "24 megapixels, progressive, 4:4:4": jpeg(6000, 4000, frame=PROGRESSIVE),
    "24 megapixels, progressive, CMYK": jpeg(6000, 4000, frame=PROGRESSIVE, sampling=((1, 1),) * 4, scans=((0, 1, 2, 3),)),
    "48 megapixels, progressive, 4:2:0": jpeg(8000, 6000, frame=PROGRESSIVE, sampling=HALVED),
    "50 megapixels, arithmetic, one scan": jpeg(8700, 5800, frame=ARITHMETIC),
    "200 megapixels, baseline": jpeg(16_320, 12_240),
    "a small one of 64 scans": jpeg(1920, 1080, frame=PROGRESSIVE, scans=((0, 1, 2), *[(0,), (1,), (2,)] * 21)),
}


@pytest.mark.parametrize("image", PHOTOS.values(), ids=PHOTOS)
def test_what_cameras_and_encoders_write_is_decoded(image):
    seen = []
    assert inspect(memoryview(image), decoding=True, see=seen.append).state is State.SOUND
    assert len(seen) == 1
    assert pictures._small_copy(image)[1:] == (inspect(memoryview(image), decoding=False)[2:])


def test_a_real_progressive_photo_is_decoded():
    noise = np.random.default_rng(0).integers(0, 256, (150, 200, 3), np.uint8)
    out = io.BytesIO()
    photo = Image.fromarray(noise).resize((6000, 4000), Image.Resampling.NEAREST)
    photo.save(out, "JPEG", progressive=True, subsampling=0, quality=50)
    seen = []
    assert inspect(memoryview(out.getvalue()), decoding=True, see=seen.append).state is State.SOUND
    assert seen


HELD = {
    "4:4:4, progressive": (jpeg(4096, 3000, frame=PROGRESSIVE), 4096 * 3000 * 6),
    "4:2:0, a scan for each component": (jpeg(4096, 3072, sampling=HALVED, scans=ONE_BY_ONE), 4096 * 3072 * 3),
    "4:1:1, arithmetic": (
        jpeg(4096, 3072, frame=ARITHMETIC_PROGRESSIVE, sampling=((4, 1), (1, 1), (1, 1))),
        4096 * 3072 * 3,
    ),
    "gray, progressive": (jpeg(4096, 3072, frame=PROGRESSIVE, sampling=GRAY, scans=((0,),)), 4096 * 3072 * 2),
    "gray, one scan": (jpeg(4096, 3072, sampling=GRAY, scans=((0,),)), 0),
    "baseline, one scan": (jpeg(4096, 3072), 0),
    "arithmetic, one scan": (jpeg(4096, 3072, frame=ARITHMETIC), 0),
    "chroma larger than luma": (jpeg(2048, 1536, frame=PROGRESSIVE, sampling=((1, 1), (2, 2), (2, 2))), 2048 * 1536 * 9 // 2),
}


@pytest.mark.parametrize(("image", "wanted"), HELD.values(), ids=HELD)
def test_the_computed_bytes_are_those_that_the_decoder_takes(image, wanted):
    data = memoryview(image)
    computed = scan_jpeg.coefficient_bytes(data, scan_jpeg.frame_of(data))
    assert abs(computed - wanted) <= wanted // 50
    inspect(memoryview(jpeg(64, 64, scans=ONE_BY_ONE)), decoding=True)  # what the first image takes once
    assert abs(peak_growth(lambda: inspect(data, decoding=True)) - computed) < 8 * MIB


@pytest.mark.parametrize("kind", [BASELINE, PROGRESSIVE])
def test_a_header_that_no_decoder_accepts_is_damage_not_a_number(kind):
    for sampling in (((0, 0),) * 3, ((5, 5),) * 3, ((1, 1),) * 200):
        image = jpeg(16_384, 16_384, frame=kind, sampling=sampling, scans=ONE_BY_ONE)
        assert inspect(memoryview(image), decoding=True).state in (State.BROKEN, State.NOT_DECODED)
    assert inspect(memoryview(jpeg(0, 0, frame=kind)), decoding=True).state is State.BROKEN


def test_a_mask_that_was_not_decoded_is_not_called_broken():
    image = jpeg(16_384, 16_384, frame=PROGRESSIVE, sampling=GRAY, scans=((0,),))
    assert inspect_gray(memoryview(image), decoding=True).state is State.NOT_DECODED


def out_of_memory(*_args, **_options):
    raise MemoryError


def test_an_image_for_which_the_memory_does_not_suffice_is_not_called_broken(monkeypatch):
    monkeypatch.setattr(simplejpeg, "decode_jpeg", out_of_memory)
    assert inspect(memoryview(picture()), decoding=True).state is State.NOT_DECODED


@pytest.mark.parametrize("size", [(65_000, 900), (900, 65_000), (65_000, 3839)])
def test_a_long_picture_of_the_page_is_decoded_at_the_size_it_is_shown_at(size):
    image = jpeg(*size)
    pictures._small_copy(jpeg(64, 64))
    growth = peak_growth(lambda: pictures._small_copy(image))
    assert growth < 40 * MIB


def test_pictures_of_the_page_take_no_more_than_the_budget():
    for mode, side in (("RGB", 5000), ("RGBA", 5000), ("L", 5000), ("P", 5000), ("1", 5000), ("I;16", 5000), ("LA", 5000)):
        out = io.BytesIO()
        Image.new(mode, (side, side)).save(out, "PNG")
        growth = peak_growth(lambda: pictures._small_copy(out.getvalue()))  # noqa: B023
        assert growth < MAX_BYTES + 16 * MIB, mode


def image_findings(tmp_path, monkeypatch, changes, settings=""):
    """Warnings and errors of two records, of which the second has these features."""
    monkeypatch.chdir(tmp_path)
    case = Case(tmp_path)
    text_format.Merge(settings, case.config.train_input_reader)
    case.write()
    masks = {MASK: texts(picture(kind="PNG", mode="L"))}
    case.label_map.write_text(LABEL_MAP)
    case.record.write_bytes(framed(record(masks)) + framed(record({**masks, **changes})))
    return [finding for finding in case.report().findings if finding.severity != "info"]


def test_the_report_names_the_image_that_was_not_decoded_and_does_not_reject_it(tmp_path, monkeypatch):
    image = jpeg(16_384, 16_384, scans=ONE_BY_ONE)
    (finding,) = image_findings(tmp_path, monkeypatch, {"image/encoded": texts(image)})
    assert (finding.code, finding.severity, finding.where.field) == ("records/image-not-decoded", "warning", "image/encoded")
    assert "16,384 x 16,384 pixels need 1,536 MiB" in finding.message


HUGE_MASK = jpeg(16_384, 16_384, frame=PROGRESSIVE, sampling=GRAY, scans=((0,),))
MASKS = "load_instance_masks: true mask_type: PNG_MASKS"
CHANNELS = "num_additional_channels: 2"


@pytest.mark.parametrize(
    ("settings", "code", "field"),
    [
        (MASKS, "records/broken-mask", MASK),
        (CHANNELS, "records/invalid-additional-channel", "image/additional_channels/encoded"),
    ],
)
def test_a_mask_or_channel_that_was_not_decoded_is_a_warning(tmp_path, monkeypatch, settings, code, field):
    image = texts(jpeg(16_384, 16_384, scans=ONE_BY_ONE))
    changes = {"image/encoded": image, field: texts(HUGE_MASK, HUGE_MASK)}
    found = image_findings(tmp_path, monkeypatch, changes, settings)
    assert {finding.severity for finding in found if finding.where.record == 1} == {"warning"}
    assert {finding.code for finding in found} >= {code, "records/image-not-decoded"}


@pytest.mark.parametrize(
    ("settings", "code", "field"),
    [
        (MASKS, "records/broken-mask", MASK),
        (CHANNELS, "records/invalid-additional-channel", "image/additional_channels/encoded"),
    ],
)
def test_it_does_not_hide_one_that_is_broken(tmp_path, monkeypatch, settings, code, field):
    changes = {field: texts(HUGE_MASK, HUGE_MASK[:-40])}
    found = image_findings(tmp_path, monkeypatch, changes, settings)
    assert (code, "error") in {(finding.code, finding.severity) for finding in found}
