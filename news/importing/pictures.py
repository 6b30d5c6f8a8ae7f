"""Pictures that may stand for a story."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from news.importing.facts import LONGEST_ALT, LONGEST_CREDIT, PictureFound, plain, web_address
from news.importing.markup import elements, words_of
from news.importing.things import classes_of, listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import html

    from news.importing.markup import Page
    from news.importing.things import Things

MOST_PICTURES = 8
_NO_PICTURE = re.compile(
    r"logo|sprite|favicon|avatar|placeholder|spacer|pixel|blank\.|default[-_]?(?:image|share|social|og)|gravatar|/icons?/|1x1|transparent|social[-_]card|site[-_]image",
    re.I,
)
_CREDIT = re.compile(
    r"(?:\(|\[|\b)(?:photo(?:graph)?s?|foto(?:s|graf[íi]a)?|image|picture|bild|crédits?|credits?|cr[ée]dito|imagem|imagen|immagine|courtesy|"
    r"写真|撮影|사진|фото|zdjęcie|kuva|fotó|©)\s*(?:by|credit|de|par|von|di|da|av|courtesy)?\s*[:：/=]\s*([^)\]]{2,120})|"
    r"\b(?:photo(?:graph)?|picture|foto)\s+(?:by|courtesy of|von|de|di|par|por)\s+([^)\].]{2,120})|©\s*([^)\]]{2,120})",
    re.IGNORECASE,
)  # fmt: skip
_LAZY = (
    "data-src",
    "data-lazy-src",
    "data-original",
    "data-lazyload",
    "data-hi-res-src",
    "data-full-src",
    "data-src-large",
)


def pictures(page: Page, things: Things) -> tuple[PictureFound, ...]:
    """Candidates, the most trusted first; logos last."""
    figures = list(_figures(page))
    found: dict[str, PictureFound] = {}
    for address, alt, credit in [*_described(page, things), *_in_metas(page), *figures]:
        if not address or urlsplit(address).path.lower().endswith((".svg", ".ico")):
            continue
        known = found.get(address, PictureFound(address))
        if not (alt and credit):
            # The same picture in the article, whatever its size there, has a caption.
            for other, its_alt, its_credit in figures:
                if other == address or (_stem(other) and _stem(other) == _stem(address)):
                    alt, credit = alt or its_alt, credit or its_credit
        found[address] = PictureFound(
            address,
            alt=known.alt or plain(alt, most=LONGEST_ALT),
            credit=known.credit or plain(credit, most=LONGEST_CREDIT),
        )
    ranked = sorted(
        found.values(), key=lambda each: bool(_NO_PICTURE.search(urlsplit(each.address).path))
    )
    return tuple(ranked[:MOST_PICTURES])


Seen = tuple[str, str, str]


def _described(page: Page, things: Things) -> Iterator[Seen]:
    for value in things.values("image", "photo", "image_url"):
        yield from _images(value, page, things)
    for thing in things.pages:
        for name in ("primaryImageOfPage", "image"):
            for each in listed(thing.get(name)):
                yield from _images(things.resolved(each), page, things)
    for value in things.values("thumbnailUrl", pages=True):
        yield from _images(value, page, things)


def _images(value: Any, page: Page, things: Things) -> Iterator[Seen]:
    for each in listed(value):
        each = things.resolved(each)
        if isinstance(each, str):
            yield web_address(each, base=page.base), "", ""
        elif isinstance(each, dict):
            alt = next(
                (
                    plain(each.get(name))
                    for name in ("caption", "description", "name", "alternateName")
                    if isinstance(each.get(name), str) and each.get(name)
                ),
                "",
            )
            for name in ("contentUrl", "url", "@id"):
                texts = [
                    text["@id"] if isinstance(text, dict) and "@id" in text else text
                    for text in listed(each.get(name))
                ]
                texts = [
                    text
                    for text in texts
                    if isinstance(text, str) and (name != "@id" or "#" not in text)
                ]
                if address := next(
                    (whole for text in texts if (whole := web_address(text, base=page.base))), ""
                ):
                    yield address, alt, _credit_of(each, things)
                    break


def _credit_of(image: dict[str, Any], things: Things) -> str:
    for name in (
        "creditText",
        "creator",
        "author",
        "copyrightHolder",
        "copyrightNotice",
        "provider",
    ):
        for value in listed(image.get(name)):
            value = things.resolved(value)
            text = value.get("name") if isinstance(value, dict) else value
            if text := plain(text, most=LONGEST_CREDIT):
                return text
    return credit_in(plain(image.get("caption"), most=600))


def _in_metas(page: Page) -> Iterator[Seen]:
    alt = page.meta("og:image:alt")
    for number, text in enumerate(
        page.all_metas("og:image:secure_url", "og:image", "og:image:url")
    ):
        yield web_address(text, base=page.base), alt if number == 0 else "", ""
    alt = page.meta("twitter:image:alt")
    for text in page.all_metas(
        "twitter:image",
        "twitter:image:src",
        "parsely-image-url",
        "sailthru.image.full",
        "image",
        "thumbnail",
        "msapplication-tileimage:none",
    ):
        yield web_address(text, base=page.base), alt, ""
    for link in page.tree.iter("link"):
        if (link.get("rel") or "").lower() in {"image_src", "preload:image"}:
            yield web_address(link.get("href"), base=page.base), "", ""


def _figures(page: Page) -> Iterator[Seen]:
    """Pictures in the article, with what stands under them."""
    roots = [*page.tree.iter("article"), *page.tree.iter("main")] or [page.tree]
    seen: set[html.HtmlElement] = set()
    number = 0
    for root in roots[:3]:
        for image in root.iter("img", "amp-img"):
            number += 1
            if number > 200:
                return
            if image in seen or any(
                el.tag in {"aside", "nav", "footer"} for el in image.iterancestors()
            ):
                continue
            seen.add(image)
            width = re.match(r"\d+", image.get("width") or "")
            if width and int(width[0]) < 150:
                continue
            address = _source_of(image, page)
            figure = next(
                (
                    el
                    for el in image.iterancestors()
                    if el.tag == "figure"
                    or classes_of(el)
                    & {"wp-caption", "figure", "image", "article-image", "lead-image", "photo"}
                ),
                None,
            )
            if figure is None and not image.get("alt") and number > 3:
                continue
            yield address, plain(image.get("alt"), most=LONGEST_ALT), _credit_under(figure)


# Wider than any screen that we serve: such a file only costs time.
WIDEST = 2500
_NEXT = re.compile(r",\s+|(?<=\d[wx]),")


def _source_of(image: html.HtmlElement, page: Page) -> str:
    """The best file of a picture, however the page comes to load it."""
    # The parser knows no empty “source” and puts what follows into it.
    picture = next(image.iterancestors("picture"), None)
    sources = list(picture.iter("source")) if picture is not None else []
    sets = [
        given
        for element in [image, *sources[:10]]
        for name in ("data-srcset", "srcset", "data-lazy-srcset")
        if (given := element.get(name)) and not given.startswith("data:")
    ]
    link = next((el for el in image.iterancestors("a")), None)
    whole = web_address(link.get("href"), base=page.base) if link is not None else ""
    shown = [*(image.get(name) for name in _LAZY), image.get("src")]
    # A small picture may lead to the whole one.
    own = next((text for text in shown if web_address(text, base=page.base)), "")
    is_file = re.search(r"\.(?:jpe?g|png|webp|avif)\Z", urlsplit(whole).path, re.IGNORECASE)
    if own and is_file and _stem(whole) == _stem(web_address(own, base=page.base)) != "":
        return whole
    for text in [*(_widest(each) for each in sets), *shown]:
        if "{" not in (text or "") and (address := web_address(text, base=page.base)):
            return address
    return ""


def _widest(given: str) -> str:
    """The widest of the files that a set names, of those that are not far too wide."""
    sizes = []
    for part in _NEXT.split(given[:20_000]):
        address, _, size = part.strip(" ,\t\r\n").partition(" ")
        number = re.match(r"\d{1,5}(?:\.\d{1,3})?", size.strip())
        sizes.append((float(number[0]) if number else 0.0, address))
    fitting = [each for each in sizes if each[0] <= WIDEST]
    return max(fitting or sizes, key=lambda each: each[0], default=(0.0, ""))[1]


def _credit_under(figure: html.HtmlElement | None) -> str:
    if figure is None:
        return ""
    for element in elements(figure):
        label = f"{element.get('class') or ''} {element.get('itemprop') or ''}".lower()
        if (
            element.tag != "img"
            and re.search(
                r"credit|copyright|photographer|crédit|quelle|rights|fotograf|source", label
            )
            and element.tag not in {"picture", "figure", "source"}
            and (text := words_of(element, most=LONGEST_CREDIT))
        ):
            return credit_in(text) or text
    for element in elements(figure):
        is_caption = element.tag in {"figcaption", "small", "cite"} or classes_of(element) & {
            "wp-caption-text",
            "caption",
        }
        if is_caption and (text := credit_in(words_of(element, most=800))):
            return text
    return ""


def credit_in(text: str) -> str:
    """Whom a caption names as the maker; "" where it names nobody."""
    found = list(_CREDIT.finditer(text))
    if not found:
        return ""
    return plain(next(filter(None, found[-1].groups())).strip(" .-–—"), most=LONGEST_CREDIT)


def is_caption(text: str) -> bool:
    """Whether a line begins with who made a picture."""
    return _CREDIT.match(text.lstrip(" ([")) is not None


def _stem(address: str) -> str:
    """The name of a file without its size and ending, by which two sizes of it are known."""
    name = unquote(urlsplit(address).path).rpartition("/")[2].rpartition(".")[0].lower()
    name = re.sub(
        r"(?:[-_@]\d{2,4}x\d{2,4}|[-_]\d{3,4}w?|-scaled|@2x|[-_](?:large|small|medium|thumb))+$",
        "",
        name,
    )
    return name if len(name) > 4 else ""
