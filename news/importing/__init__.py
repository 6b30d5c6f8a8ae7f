"""From an address to the draft of an article.

A page of somebody else's is read for facts. Where it says a thing in several places, they are trusted
in this order, and the first that can be true is taken:

1. what it says for machines about the article: JSON-LD, then microdata and RDFa, in schema.org's words;
2. its meta elements: OpenGraph, then those of Parse.ly, Sailthru and Dublin Core, then plain ones;
3. classes that name what they mean: hAtom and h-entry;
4. what readers see: the headline, the line with the byline, ``time`` elements, the picture's caption;
5. the address, for a day.

Everything on the page is hostile until it has become a checked ``Facts``. Nothing here fetches
anything: bytes come in.
"""
