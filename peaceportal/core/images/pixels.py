"""What is read of a picture: its pixels, upright and in the colours of the web."""

from __future__ import annotations

import logging
from io import BytesIO
from pathlib import PurePath

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.utils.translation import gettext_lazy as _
from imagefield.processing import register
from PIL import Image, ImageCms

MOST_MEGABYTES = 20
MOST_PIXELS = 50_000_000  # decoded, 200 MB of memory
QUALITY_KEPT = 92  # of 100, of a JPEG or WebP file as it is stored
QUALITY_SENT = 80
MOST_LOSSLESS = 200_000  # bytes: a drawing stays sharp as long as it is light

# Formats of Pillow that are opened at all, and as what each is stored. The first image stands for a
# moving picture: what moves by itself would need a button that stops it (WCAG 2.2.2).
STORED = {"JPEG": "JPEG", "MPO": "JPEG", "PNG": "PNG", "GIF": "PNG", "WEBP": "WEBP"}
SUFFIXES = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp"}
ACCEPTED = "image/jpeg,image/png,image/webp,image/gif"

# What the orientation of EXIF (tag 0x0112) asks for.
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
TURNED = {5, 6, 7, 8}

TOO_HEAVY = _("This picture is larger than %(most)d MB. Save a smaller copy of it and choose that.")
TOO_LARGE = _(
    "This picture has more than %(most)d million pixels. Save a smaller copy of it and choose that."
)
UNREADABLE = _(
    "This file is damaged, or is no picture that the site can show. "
    "Save the picture as JPEG, PNG, WebP or GIF and choose that file."
)

logger = logging.getLogger(__name__)


class Bare(ContentFile):
    """A picture of which only the pixels are left."""


def bare(file: File) -> Bare:
    """The picture in `file` without anything else that the file says.

    Raises ValidationError, with a sentence for the editor, if it is none or too large.
    """
    if file.size > MOST_MEGABYTES * 1_000_000:
        raise ValidationError(TOO_HEAVY, "too_heavy", {"most": MOST_MEGABYTES})
    file.seek(0)
    image = opened(file)
    kind = STORED[image.format or ""]
    options = {"JPEG": {"quality": QUALITY_KEPT}, "WEBP": {"quality": QUALITY_KEPT}}.get(kind, {})
    stored = BytesIO()
    try:
        pixels_of(image).save(stored, kind, **options)
    except Exception as error:  # what a damaged file makes of a decoder is of many kinds
        raise ValidationError(UNREADABLE, "unreadable") from error
    return Bare(stored.getvalue(), name=f"{PurePath(file.name or 'x').stem}{SUFFIXES[kind]}")


def opened(file: File) -> Image.Image:
    """The picture in `file`, of which no pixel was read yet. Raises ValidationError."""
    try:
        image = Image.open(file, formats=[name for name in STORED if name != "MPO"])
    except Image.DecompressionBombError as error:
        raise _too_large() from error
    except Exception as error:
        raise ValidationError(UNREADABLE, "unreadable") from error
    refuse_strange(image)
    return image


def refuse_strange(image: Image.Image) -> None:
    """Raises ValidationError for a picture that is never to be decoded."""
    if image.format not in STORED:
        raise ValidationError(UNREADABLE, "unreadable")
    if image.width * image.height > MOST_PIXELS:
        raise _too_large()


def _too_large() -> ValidationError:
    return ValidationError(TOO_LARGE, "too_large", {"most": MOST_PIXELS // 1_000_000})


def pixels_of(image: Image.Image, within: tuple[int, int] | None = None) -> Image.Image:
    """Upright, in grey or the colours of the web (sRGB), and not larger than `within`."""
    orientation = image.getexif().get(0x0112)
    profile = image.info.get("icc_profile")
    if within:
        target = fitting(upright_size(image), within)
        target = target[::-1] if orientation in TURNED else target
        image.draft(None, target)  # of a JPEG no more is decoded than is needed
    image.load()
    if image.mode in {"I", "I;16"}:  # a scan of 16 bits a pixel: 8 of them are shown
        image = image.point(lambda value: value / 256).convert("L")
    mode = "RGBA" if image.has_transparency_data else "RGB"
    if image.mode in {"1", "L", "F"} and mode == "RGB":
        mode = "L"
    if image.mode not in {"CMYK", "RGB", "RGBA", "L"} or image.info.get("transparency") is not None:
        image = image.convert(mode)
    if within:
        image = image.resize(target, Image.Resampling.LANCZOS, reducing_gap=3.0)
    if orientation in UPRIGHT:
        image = image.transpose(UPRIGHT[orientation])
    image = _in_web_colours(image, profile, mode)
    image.info = {}  # JPEG files would be given its comment, PNG files its profile
    return image


def _in_web_colours(image: Image.Image, profile: bytes | None, mode: str) -> Image.Image:
    if profile and image.mode in {"CMYK", "RGB", "RGBA"}:
        try:
            of_image = ImageCms.ImageCmsProfile(BytesIO(profile))
            web = ImageCms.createProfile("sRGB")
            return ImageCms.profileToProfile(image, of_image, web, outputMode=mode) or image
        except (ImageCms.PyCMSError, OSError):
            logger.info("A picture has colours that cannot be read.")
    return image if image.mode == mode else image.convert(mode)


def upright_size(image: Image.Image) -> tuple[int, int]:
    """Width and height in pixels, as it is to be seen."""
    turned = image.getexif().get(0x0112) in TURNED
    return image.size[::-1] if turned else image.size


def fitting(size: tuple[int, int], within: tuple[int, int]) -> tuple[int, int]:
    """`size` in the same shape, not larger than `within`; no side becomes nothing."""
    factor = min(1.0, within[0] / size[0], within[1] / size[1])
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


@register
def sent_within(get_image, within):
    """A step of django-imagefield: the copy that readers are sent."""

    def process(image, context):
        refuse_strange(image)
        drawn = STORED[image.format] == "PNG"
        image = get_image(pixels_of(image, within), context)
        lossless = drawn and _weighs(image, lossless=True, method=0) <= MOST_LOSSLESS
        context.save_kwargs |= {"format": "WEBP", "quality": QUALITY_SENT, "lossless": lossless}
        return image

    return process


def _weighs(image: Image.Image, **options) -> int:
    """Bytes as WebP."""
    file = BytesIO()
    image.save(file, "WEBP", **options)
    return file.tell()
