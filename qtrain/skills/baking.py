"""The badge's picture, and the badge put into a picture and taken out again (Open Badges 3.0, section 5.3)."""

from __future__ import annotations

import struct
import textwrap
import zlib
from html import escape
from io import BytesIO

from .errors import BadgeError

SVG, PNG = "image/svg+xml", "image/png"
PNG_BEGINS = b"\x89PNG\r\n\x1a\n"
_OPEN, _CLOSE, _END = (
    b'<openbadges:credential xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0">',
    b"</openbadges:credential>",
    b"</svg>",
)
KEYWORD = b"openbadgecredential"
SIZE, MARK, GOOD, SOFT, INK = 480, "#00629b", "#00654b", "#eef4f8", "#1b2733"
WIDE, MOST_LINES = 30, 3
FONTS = ("Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", "WenQuanYi Zen Hei", "Noto Sans Arabic", "Segoe UI")


def pictures(title: str, issuer: str, when: str) -> dict[str, bytes]:
    """The same picture in both forms, by media type.

    Parameters
    ----------
    title, issuer : str
    when : str
        The day of issue.
    """
    lines = textwrap.wrap(title, WIDE, max_lines=MOST_LINES, placeholder=" …")
    texts = [(SIZE / 2, 322 + 31 * k, line, 25 if len(lines) < MOST_LINES else 22, INK) for k, line in enumerate(lines)]
    texts += [
        (SIZE / 2, 428, textwrap.shorten(issuer, 46, placeholder=" …"), 16, MARK),
        (SIZE / 2, 450, when, 13, INK),
        (SIZE / 2, 52, "q t r a i n", 15, MARK),
    ]
    return {SVG: _svg(texts, f"{title}. {issuer}, {when}"), PNG: _png(texts)}


def _svg(texts, alt: str) -> bytes:
    said = "".join(
        f'<text x="{x:g}" y="{y:g}" font-size="{size}" fill="{fill}">{escape(text)}</text>'
        for x, y, text, size, fill in texts
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" width="{SIZE}" height="{SIZE}" '
        f'role="img" font-family="system-ui, sans-serif" text-anchor="middle"><title>{escape(alt)}</title>'
        f'<rect x="8" y="8" width="464" height="464" rx="36" fill="#ffffff" stroke="{MARK}" stroke-width="6"/>'
        f'<circle cx="240" cy="172" r="96" fill="{SOFT}" stroke="{MARK}" stroke-width="4"/>'
        f'<ellipse cx="240" cy="172" rx="96" ry="30" fill="none" stroke="{MARK}" stroke-width="2"/>'
        f'<path d="M240 172L296 112" stroke="{GOOD}" stroke-width="7" stroke-linecap="round"/>'
        f'<circle cx="296" cy="112" r="10" fill="{GOOD}"/>{said}</svg>'
    ).encode()


def _png(texts) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.patches import Circle, Ellipse, FancyBboxPatch

    figure = Figure(figsize=(4.8, 4.8), dpi=100)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, SIZE)
    axes.set_ylim(SIZE, 0)
    axes.axis("off")
    points = 72 / 100  # of a pixel
    axes.add_patch(
        FancyBboxPatch((44, 44), 392, 392, "round,pad=36", facecolor="white", edgecolor=MARK, linewidth=6 * points)
    )
    axes.add_patch(Circle((240, 172), 96, facecolor=SOFT, edgecolor=MARK, linewidth=4 * points))
    axes.add_patch(Ellipse((240, 172), 192, 60, fill=False, edgecolor=MARK, linewidth=2 * points))
    axes.plot([240, 296], [172, 112], color=GOOD, linewidth=7 * points, solid_capstyle="round")
    axes.add_patch(Circle((296, 112), 10, color=GOOD, zorder=3))
    fonts, letters = _fonts()
    for x, y, text, size, fill in texts:
        if set(text) <= letters:  # a line of boxes says less than none; the SVG has it
            look = {"fontsize": size * points, "color": fill, "ha": "center", "va": "baseline", "fontfamily": fonts}
            axes.text(x, y, text, parse_math=False, **look)
    file = BytesIO()
    figure.savefig(file, format="png", metadata={"Software": None})
    return file.getvalue()


def _fonts() -> tuple[list[str], set[str]]:
    """Those at hand that together have Latin, Chinese and Arabic letters, and the letters."""
    from matplotlib.font_manager import findfont, fontManager, get_font

    there = {font.name for font in fontManager.ttflist}
    names = ["DejaVu Sans", *(name for name in FONTS if name in there)]
    return names, {chr(code) for name in names for code in get_font(findfont(name)).get_charmap()}


# --- in and out ------------------------------------------------------------------------------------------------------


def bake(picture: bytes, document: str) -> bytes:
    """The picture with the badge in it."""
    if picture.startswith(PNG_BEGINS):
        from openbadgeslib.baking import bake_png

        return bake_png(picture, document, keyword=KEYWORD)
    head, end, tail = picture.rpartition(_END)
    return head + _OPEN + escape(document, quote=False).encode() + _CLOSE + end + tail


def unbake(image: bytes) -> tuple[str, bytes]:
    """The badge in a picture, and the picture as it was before; empty where it cannot be told.

    Raises
    ------
    BadgeError
        Where the picture is broken, or holds no badge.
    """
    return _unbake_png(image) if image.startswith(PNG_BEGINS) else _unbake_svg(image)


def _unbake_png(image: bytes) -> tuple[str, bytes]:
    from openbadgeslib.baking import extract_png
    from openbadgeslib.errors import LibOpenBadgesException

    chunks = _chunks(image)
    ours = [chunk for kind, chunk in chunks if kind == b"iTXt" and chunk[8:].startswith(KEYWORD + b"\0")]
    if not ours:
        raise BadgeError(
            "this PNG holds no badge: many programs drop it when they save or send a picture. Take the file as it was "
            "issued, or badge.json."
        )
    try:
        found = extract_png(image, keyword=KEYWORD)
    except (LibOpenBadgesException, ValueError, zlib.error):
        found = None
    if found is None or len(ours) > 1:
        raise Altered("The badge in this PNG is broken, or there are several.")
    return found, PNG_BEGINS + b"".join(chunk for _, chunk in chunks if chunk is not ours[0])


def _chunks(image: bytes) -> list[tuple[bytes, bytes]]:
    place, found = len(PNG_BEGINS), []
    while place < len(image):
        length, kind = struct.unpack(">I4s", image[place : place + 8].ljust(8, b"\0"))
        chunk = image[place : place + length + 12]
        if len(chunk) < 12 or len(chunk) != length + 12 or zlib.crc32(chunk[4:-4]) != int.from_bytes(chunk[-4:], "big"):
            raise Altered("This PNG is broken: a part of it does not fit its checksum.")
        found.append((kind, chunk))
        place += len(chunk)
    if not found or found[-1][0] != b"IEND" or [kind for kind, _ in found].count(b"IEND") > 1:
        raise Altered("This PNG is broken: it has no end, or more after it.")
    return found


def _unbake_svg(image: bytes) -> tuple[str, bytes]:
    from openbadgeslib.baking import extract_svg

    try:
        found = extract_svg(image, element="openbadges:credential", text_fallback=True)
    except Exception as error:  # any of the parser's: it is no XML, or holds what a picture never needs
        raise Altered(f"This SVG cannot be read ({type(error).__name__}).") from None
    if found is None:
        raise BadgeError(
            "this SVG holds no badge: take the file as it was issued, or badge.json; a program may have dropped it."
        )
    head, begins, rest = image.partition(_OPEN)
    _, ends, tail = rest.partition(_CLOSE)
    picture = head + tail if begins and ends else b""
    return found, picture if picture and bake(picture, found) == image else b""


class Altered(BadgeError):
    """A picture that was changed or is broken."""
