"""What Sphinx would work out anew for every page although the whole book shares it."""

from __future__ import annotations

from functools import cache

from sphinx.search.en import SearchEnglish


class Search(SearchEnglish):
    """Sphinx's search in English, which finds the stem of a word once in a build instead of once on each page."""

    def init(self, options):
        """Begin without any word."""
        super().init(options)
        self.stem = cache(super().stem)


def _keep_formatters(app):
    """Highlight with one formatter: each that is made works out the style of every kind of token."""
    highlighter = getattr(app.builder, "highlighter", None)
    if app.builder.format != "html" or highlighter is None:
        return
    make, made = highlighter.get_formatter, {}

    def formatter(**options):
        key = repr(sorted(options.items()))
        if key not in made:
            made[key] = make(**options)
        return made[key]

    highlighter.get_formatter = formatter


def setup(app):
    """Register both."""
    app.add_search_language(Search)
    app.connect("builder-inited", _keep_formatters)
