"""The part of a Chinese font that the site carries for readers whose system has none.

    python -m qtrain.site.chinese_font NotoSansCJK-Regular.ttc

cuts it anew out of Noto Sans CJK (Debian's package ``fonts-noto-cjk``) when a translation brought new characters; a
test says when that is so. It is a WOFF of the first version, which needs nothing but fontTools to be read and written.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from qtrain import atomic

FILE = Path(__file__).parent / "theme" / "static" / "fonts" / "noto-sans-sc.woff"
WRITTEN = ("book/glossary.csv", "book/*.md", "book/locale/zh_CN/**/*.po", "qtrain/skills/**/*.json")
_CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
_SIMPLIFIED = "Noto Sans CJK SC"


def characters(root: Path) -> set[str]:
    """Every Chinese character, punctuation included, that the site of this checkout may show."""
    files = (file for pattern in WRITTEN for file in root.glob(pattern))
    return {character for file in files for character in _CHINESE.findall(file.read_text("utf-8"))}


def covered(file: Path = FILE) -> set[str]:
    """The characters that a font can draw."""
    from fontTools.ttLib import TTFont

    with TTFont(file) as font:
        return {chr(code) for code in font.getBestCmap()}


def cut(collection: Path, wanted: set[str], file: Path = FILE) -> None:
    """Write the simplified Chinese font of a collection, with nothing but these characters.

    Parameters
    ----------
    collection : Path
        ``NotoSansCJK-Regular.ttc``, which holds a font for each language.
    wanted : set of str
    file : Path

    Raises
    ------
    ValueError
        When there is no such font in the collection, or it cannot draw all of them.
    """
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTCollection

    fonts = TTCollection(collection, lazy=True).fonts
    font = next((one for one in fonts if one["name"].getDebugName(1) == _SIMPLIFIED), None)
    if font is None:
        raise ValueError(f"{collection} holds no font {_SIMPLIFIED!r}")
    if missing := wanted - {chr(code) for code in font.getBestCmap()}:
        raise ValueError(f"{collection} cannot draw {''.join(sorted(missing))}")
    subsetter = Subsetter(Options(layout_features=["locl", "palt"], hinting=False, desubroutinize=True))
    subsetter.populate(unicodes=map(ord, wanted))
    subsetter.subset(font)
    font.flavor, font.recalcTimestamp = "woff", False  # the same characters give the same file
    with atomic.beside(file) as new:
        font.save(new)


if __name__ == "__main__":
    cut(Path(sys.argv[1]), characters(Path(__file__).resolve().parents[2]))
