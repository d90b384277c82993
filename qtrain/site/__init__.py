"""The book: a small Sphinx extension and theme that turn the lessons into a site that needs no network."""


def setup(app):
    """Register the extension with Sphinx (``extensions: [..., qtrain.site]``)."""
    from qtrain.site.extension import setup as register

    return register(app)
