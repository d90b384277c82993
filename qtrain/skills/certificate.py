"""A badge on paper: a page to print, with a QR code that holds the whole badge; and its facts to copy elsewhere."""

from __future__ import annotations

import json
from html import escape
from urllib.parse import urlencode

from .baking import unbake
from .card import Card, moment
from .facts import Facts, facts
from .forms import pack
from .registry import Issued

STYLE = """\
:root{color-scheme:light}
body{font:15px/1.5 system-ui,sans-serif;color:#1b2733;max-width:46rem;margin:0 auto;padding:1rem}
header{display:flex;gap:1.6rem;align-items:center;border-bottom:3px solid #00629b;padding-bottom:1rem}
header svg{width:11rem;height:auto;flex:none}
h1{font-size:1.6rem;line-height:1.25;margin:.2em 0}h2{font-size:1.05rem;margin:1.3em 0 .3em;color:#00629b}
.to{font-size:1.25rem;margin:.2em 0}p{margin:.3em 0}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.2em .8em .2em 0}
th{font-weight:600;width:30%}td{overflow-wrap:anywhere}
.check{display:flex;gap:1.4rem;align-items:flex-start;break-inside:avoid}.check svg{width:8cm;height:8cm;flex:none}
code{font-size:.9em;overflow-wrap:anywhere}
@media(max-width:34rem){header,.check{display:block}}
@page{size:A4;margin:13mm}
@media print{body{padding:0;font-size:11px;line-height:1.4;max-width:none}h1{font-size:1.4rem}h2{margin-top:.9em}
header{padding-bottom:.5rem}header svg{width:8rem}.to{font-size:1.2em}th,td{padding:.1em .8em .1em 0}}
"""
HEAD = (
    '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">'
)


def page(issued: Issued, card: Card) -> str:
    """The page to print; it needs nothing from anywhere."""
    told = facts(json.loads(issued.document))
    picture = unbake(issued.svg)[1].decode()
    aligned = f"<h2>Aligned to</h2>{_table(told.aligned)}" if told.aligned else ""
    return (
        f"{HEAD}<title>{escape(told.title)}</title><style>\n{STYLE}</style></head><body><main>\n"
        f'<header>{picture}<div><p>{escape(told.issuer)}</p><h1>{escape(told.title)}</h1><p class="to">'
        f"{escape(told.holder)}</p><p>{escape(told.description)}</p></div></header>\n"
        f"<h2>Results</h2>{_table(told.rows)}\n{aligned}\n"
        f"<h2>What this proves, and what not</h2><p>{escape(told.proves)}</p><p>{escape(told.not_proved)}</p>\n"
        f'<h2>Check it</h2><div class="check">{_code(issued.document)}<div>'
        "<p>The code holds the whole badge with its signature. Scan it, save the text as a file, and check it without "
        f"any network:</p><p><code>qtrain verify scanned.txt</code></p><p>You need the card of {escape(card.name)} for "
        f"it (<code>issuer.json</code>), whose fingerprint is <code>{escape(card.fingerprint)}</code>, and its "
        "newest status list. What is printed here, and not in the code, proves nothing.</p>"
        f"<p><code>{escape(issued.id)}</code></p></div></div>\n</main></body></html>\n"
    )


def _table(rows) -> str:
    lines = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in rows)
    return f"<table>{lines}</table>"


def _code(document: str) -> str:
    import segno

    try:
        code = segno.make_qr(pack(document), error="l", boost_error=False)
    except segno.DataOverflowError:
        return "<p>This one is too long for a code: check the file <code>badge.json</code> instead.</p>"
    drawn = code.svg_inline(scale=1, border=4, omitsize=True, dark="#000", light="#fff")
    return drawn.replace("<svg ", '<svg role="img" aria-label="QR code that holds the signed badge" ', 1)


def profiles(issued: Issued, card: Card, code: str) -> str:
    """The facts as LinkedIn and Europass ask for them, and what shows that the badge is the learner's."""
    told: Facts = facts(json.loads(issued.document))
    begins, ends = moment(told.issued), moment(told.until) if told.until else None
    words = {
        "startTask": "CERTIFICATION_NAME",
        "name": told.title,
        "organizationName": card.name,
        "issueYear": begins.year,
        "issueMonth": begins.month,
        **({"expirationYear": ends.year, "expirationMonth": ends.month} if ends else {}),
        "certId": issued.id,
    }
    codes = " · ".join(f"{name}: {found}" for name, found in told.aligned)
    return f"""\
{told.title}

LinkedIn · Licences and certifications. Fill in by hand, or open the link, which fills it in:
  Name                    {told.title}
  Issuing organisation    {card.name}
  Issue date              {told.issued[:7]}
  Expiration date         {told.until[:7] or "none"}
  Credential ID           {issued.id}
  https://www.linkedin.com/profile/add?{urlencode(words)}

Europass · Education and training (by hand; it is no European Digital Credential, which needs a qualified seal):
  Title of qualification awarded   {told.title}
  Organisation                     {card.name}{f" ({card.url})" if card.url else ""}
  From, to                         {told.issued[:10]}, {told.until[:10] or "no end"}
  Main subjects                    {told.description}
  Field of study                   0533 Physics (ISCED-F 2013)
  Final grade                      {"; ".join(told.results)}
  Link to the qualification        attach badge.json or badge.png
  Skills                           {codes or "none are named"}

That this badge is about you: it names no id of yours that others can read. To show it, tell your id and this code:
  qtrain verify badge.json --holder {json.dumps(issued.learner, ensure_ascii=False)} --code {code}
Keep the code to yourself otherwise.
"""
