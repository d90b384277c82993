"""``qtrain book``: the course as a site, a PDF, an EPUB, or a bundle for a USB stick."""

from __future__ import annotations

import sys
from pathlib import Path

from qtrain.site.building import LANGUAGES, BuildFailed, build
from qtrain.site.platforms import PLATFORMS


def add_arguments(parser) -> None:
    """Describe the command's options.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        The parser of ``qtrain book``.
    """
    parser.add_argument("--source", type=Path, help="the checkout (default: found from here upwards)")
    parser.add_argument("--output", type=Path, help="where to build (default: book/_build)")
    parser.add_argument(
        "--bank",
        type=Path,
        metavar="DIR",
        help="show this private bank's tasks and numbers, too; no target, no solution",
    )
    parser.add_argument(
        "--lang", choices=[*LANGUAGES], default="en", help="language of the interface and the glossary words"
    )
    parser.add_argument("--pdf", action="store_true", help="also write qtrain.pdf (needs Chromium)")
    parser.add_argument("--epub", action="store_true", help="also write qtrain.epub")
    parser.add_argument("--bundle", action="store_true", help="also write a zip with site, notebooks and packages")
    parser.add_argument(
        "--platform", choices=[*PLATFORMS], help="the system that the bundle is for (default: this one)"
    )
    parser.add_argument(
        "--python", default="", metavar="3.X", help="the Python that the bundle is for (default: this one)"
    )
    parser.add_argument("--clean", action="store_true", help="forget earlier builds first, also the lessons' outputs")
    parser.add_argument(
        "--no-run", action="store_true", help="show the stored text outputs instead of running the lessons"
    )
    parser.add_argument("--kernel", default="", help="kernel that runs the lessons (default: qtrain, else python3)")
    parser.add_argument("--lenient", action="store_true", help="don't fail for a warning")


def run(args) -> int:
    """Build what is asked for; returns the exit code."""
    root = args.source or find_root(Path.cwd())
    if root is None:
        print(
            "qtrain book needs a checkout of the project: go to its folder, or name it with --source.", file=sys.stderr
        )
        return 1
    output = args.output or root / "book" / "_build"
    options = {
        "output": output,
        "language": args.lang,
        "clean": args.clean,
        "execute": not args.no_run,
        "kernel": args.kernel,
        "strict": not args.lenient,
    }
    try:
        source = root
        if args.bank:
            from qtrain.site.with_bank import gather

            source = gather(root, args.bank, output / "source-with-bank")
        site = build(source, **options)
        print(f"The site: {site / 'index.html'}")
        if args.epub:
            from qtrain.site.epub_builder import epub

            print(f"The EPUB: {epub(source, **options | {'clean': False})}")
        if args.pdf:
            from qtrain.site.pdf import pdf

            print(f"The PDF: {pdf(site, output / 'qtrain.pdf')}")
        if args.bundle:
            from qtrain.site.bundle import bundle

            print(f"The bundle: {bundle(root, site, output, args.platform, args.python)}")
    except BuildFailed as error:
        # Sphinx has printed the reason of a failed page; what comes from elsewhere is told here.
        print(
            "qtrain book: the book is not built; the reason is above." if error.told else f"qtrain book: {error}",
            file=sys.stderr,
        )
        return 1
    return 0


def find_root(folder: Path) -> Path | None:
    """The checkout that holds a folder: the nearest one upwards with ``_config.yml`` and ``book/_toc.yml``."""
    for place in [folder.resolve(), *folder.resolve().parents]:
        if (place / "_config.yml").is_file() and (place / "book" / "_toc.yml").is_file():
            return place
    return None
