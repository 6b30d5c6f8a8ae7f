"""Pages as publishing systems really write them, in many languages, and what starts an article of each."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from news.importing.facts import Facts
from news.importing.reading import read

PAGES = Path(__file__).parents[2] / "data" / "odd_pages"
NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


class Odd(NamedTuple):
    """Where a page stands, and the five things that start an article of it."""

    address: str
    title: str
    source: str
    published: str
    authors: tuple[str, ...]
    picture: str


# Written before the code read the pages.
EXPECTED = {
    "amp-story": Odd('https://www.ridge.example/amp/coal', 'Last coal train leaves', 'Ridge Radio', '2025-03-31T12:00:00+02:00', ('Jonas Weil',), 'https://www.ridge.example/img/train-1200.jpg'),
    "arabic": Odd('https://www.sahel.example/akhbar/jisr', 'إغلاق الجسر لمدة عامين', 'صحيفة الساحل', '2025-05-06T20:15:00+03:00', ('ليلى حداد',), 'https://www.sahel.example/img/jisr.jpg'),
    "arc": Odd('https://www.thepiedmontstar.example/local/2025/06/12/teachers-rally/', 'Teachers rally for smaller classes', 'The Piedmont Star', '2025-06-12T21:48:03+00:00', ('Della Rourke', 'Amit Sanghera'), 'https://www.thepiedmontstar.example/resizer/v2/ABC.jpg?auth=9f&width=1200'),
    "ars-like": Odd('https://techridge.example/science/2025/10/observatory-opens/', 'Old observatory opens its dome to everyone', 'Tech Ridge', '2025-10-15T19:22:00+00:00', ('Kat Vermeulen',), 'https://cdn.techridge.example/dome-1152x648.jpg'),
    "beehiiv": Odd('https://crustletter.beehiiv.example/p/bakery', 'How to buy a bakery with your neighbors', 'Crust Letter', '2025-09-21T11:00:00+00:00', ('Maud Ellery',), 'https://media.beehiiv.example/uploads/loaf.png?t=1'),
    "blogspot": Odd('https://harbourwatcher.blogspot.example/2025/04/new-crane-arrives.html', 'New crane arrives at last', 'Harbour Watcher', '2025-04-09T07:30:00+01:00', ('Sid Marlowe',), 'https://blogger.googleusercontent.example/img/b/R29/s1600/crane.jpg'),
    "by-staff": Odd('https://www.milltown.example/police-log', 'Police log: geese on Main Street', 'Milltown Mercury', '2025-05-19T08:00:00-04:00', (), 'https://www.milltown.example/geese.jpg'),
    "by-staff-ap": Odd('https://www.tricounty.example/ap/levee', 'Levee holds as river crests', 'Tri-County Times', '2025-04-14T22:10:00-05:00', ('Ruth Delacroix',), 'https://dims.apnews.example/levee.jpg'),
    "byline-emails": Odd('https://www.gulfshoretimes.example/story/news/2025/11/27/ferry/999/', 'Ferry riders left waiting', 'Gulf Shore Times', '2025-11-27T05:01:00-06:00', ('Carla Jimenez', 'Tom Reddick'), 'https://www.gulfshoretimes.example/gcdn/ferry.jpg?crop=1'),
    "chartbeat": Odd('https://www.lowergazette.example/news/article1.html', 'Store closes after ninety years', 'Lower Gazette', '2025-08-19T18:30:00-04:00', ('Barnaby Finch',), 'https://bloximages.lowergazette.example/content/tncms/store.jpg?resize=1200%2C675'),
    "chinese": Odd('https://www.heanribao.example/2025-08/12/content_1.htm', '河岸大桥封闭维修两年', '河岸日报', '2025-08-12T10:26:00+08:00', ('林晓雯',), 'https://www.heanribao.example/pic/daqiao.jpg'),
    "chinese-tw": Odd('https://www.gangdu.example.tw/news/20251127', '渡輪停駛至二月', '港都時報', '2025-11-27T15:20:00+08:00', ('陳怡君',), 'https://img.gangdu.example.tw/ferry.jpg'),
    "dc-meta": Odd('https://www.statehouse.example/release?id=88', 'Commission opens inquiry into water prices', 'Office of the Water Commissioner', '2025-09-15T10:00:00-06:00', ('Petra Lindgren',), 'https://www.statehouse.example/img/hearing.jpg'),
    "drupal-field": Odd('https://www.countyline.example/news/bridge-toll-doubles', 'Bridge toll doubles in June', 'County Line News', '2025-05-02T09:15:00-05:00', ('Marlon Teague',), 'https://www.countyline.example/sites/default/files/styles/hero/public/toll.jpg?itok=Ab12'),
    "dutch": Odd('https://www.rivierbode.example/nieuws/brug', 'Brug twee jaar dicht', 'De Rivierbode', '2025-03-18T17:02:00+01:00', ('Femke van Dalen',), 'https://www.rivierbode.example/f/brug.jpg'),
    "epoch-ms": Odd('https://app.cinder.example/s/abc', 'Startup recalls 12,000 heaters', 'Cinder', '2025-11-05T13:20:00+00:00', ('Mabel Crouch',), 'https://img.cinder.example/heater.jpg'),
    "french": Odd('https://www.lecourrierduval.example/faits/usine', 'L’usine rouvre, sans son nom', 'Le Courrier du Val', '2025-03-03T18:05:00+01:00', ('Maëlle Guérin',), 'https://www.lecourrierduval.example/media/usine.jpg'),
    "french-quebec": Odd('https://www.lerivage.example/2025/10/15/observatoire', 'L’observatoire rouvre ses portes', 'Le Rivage', '2025-10-15T15:45:00-04:00', ('Gaëtan Thibodeau',), 'https://images.lerivage.example/dome.jpg'),
    "french-regional": Odd('https://www.lamaree.example/bretagne/bac-5533', 'Le bac à l’arrêt jusqu’en février', 'La Marée', '2025-11-27T07:00:00+01:00', ('Yann Kerouédan', 'Solène Le Bihan'), 'https://media.lamaree.example/bac.jpg?width=1260'),
    "german": Odd('https://www.heidekurier.example/lokales/badesee-12345.html', 'Badesee bleibt gesperrt', 'Heidekurier', '2025-07-14T16:20:00+02:00', ('Wiebke Onken', 'Lars Pohl'), 'https://www.heidekurier.example/img/see.jpg'),
    "german-agency": Odd('https://www.nordtageblatt.example/wirtschaft/faehre', 'Fähre fällt bis Februar aus', 'Nord-Tageblatt', '2025-11-27T06:05:00+01:00', ('Henrike Stoll',), 'https://www.nordtageblatt.example/bild/faehre-w1280.jpg'),
    "german-svz": Odd('https://www.elbzeitung.example/artikel/baeckerei', 'Dreihundert Nachbarn retten die Bäckerei', 'Elbzeitung', '2025-09-21T14:30:00+02:00', ('Torben Claasen',), 'https://www.elbzeitung.example/img/brot.jpg'),
    "german-zeit": Odd('https://www.stadtspiegel.example/wissen/2025-10/sternwarte', 'Sternwarte: Die Kuppel ist wieder offen', 'Stadtspiegel', '2025-10-15T18:12:00+02:00', ('Marlies Ebert',), 'https://img.stadtspiegel.example/kuppel/wide__1300x731'),
    "ghost-jsonld-entities": Odd('https://thelantern.example/the-price-of-salt/', '“The price of salt” & other worries', 'The Lantern', '2025-09-09T09:09:09+00:00', ('Oona Fairweather', 'Dev Malhotra'), 'https://thelantern.example/content/images/2025/09/salt.jpg'),
    "graph-broken-cdata": Odd('https://delmar.example/city/2025/01/budget-gap', 'City faces $4 million gap', 'Delmar Dispatch', '2025-01-30T15:45:00-06:00', ('Nico Abernathy',), 'https://delmar.example/wp-content/uploads/budget.jpg'),
    "greek": Odd('https://www.paralia.example/ellada/asteroskopeio', 'Άνοιξε ο θόλος του αστεροσκοπείου', 'Παραλία', '2025-10-15T20:30:00+03:00', ('Ελένη Μαρκάκη',), 'https://www.paralia.example/u/tholos.jpg'),
    "guardian-like": Odd('https://www.thenorth.example/science/2025/oct/15/observatory', 'Stargazers flock to reopened observatory', 'the North', '2025-10-15T17:30:11+00:00', ('Priya Raghunathan',), 'https://i.guim.example/img/dome.jpg?width=1200'),
    "hebrew": Odd('https://www.hanahar.example/item/5', 'הגשר ייסגר לשנתיים', 'הנהר', '2025-02-16T21:07:00+02:00', ('נועה ברק',), 'https://www.hanahar.example/i/gesher.jpg'),
    "indian-english": Odd('https://www.deccanmail.example.in/cities/ferry', 'Ferry halted till February', 'Deccan Mail', '2025-11-27T21:14:00+05:30', ('Ananya Kulkarni',), 'https://www.deccanmail.example.in/th/ferry-1200.jpg'),
    "indonesian": Odd('https://www.kabarteluk.example.id/berita/toko-roti', 'Warga selamatkan toko roti', 'Kabar Teluk', '2025-09-21T16:45:00+07:00', ('Rizky Pratama',), 'https://www.kabarteluk.example.id/img/roti.jpg'),
    "inline-tag-headline": Odd('https://www.bluffs.example/n/3', 'Is “The Heron” sunk? Divers say no', 'Bluffs Bulletin', '2025-10-10T10:10:00-04:00', ('Cormac Vane',), 'https://www.bluffs.example/heron-1600.jpg'),
    "italian": Odd('https://www.ilcorrieredellago.example/cronaca/funivia', 'La funivia riparte dopo un anno', 'Il Corriere del Lago', '2025-05-28T11:05:00+02:00', ('Ginevra Malatesta',), 'https://www.ilcorrieredellago.example/foto/funivia.jpg'),
    "japanese-blog": Odd('https://hoshizora.hatenablog.example/entry/2025/10/15/210000', '天文台のドームが開いた夜', '星空日記', '2025-10-15T12:00:00+00:00', ('中村陽子',), 'https://cdn-ak.example/fotolife/dome.jpg'),
    "japanese-kisha": Odd('https://www.minatoshimbun.example/articles/ab1', '港の灯台、来月公開へ', 'みなと新聞', '2025-09-03T05:00:00+09:00', ('高橋美咲',), 'https://www.minatoshimbun.example/p/todai.jpg'),
    "joomla": Odd('https://www.valleyecho.example/index.php/news/412-bakery', 'Bakers become owners', 'Valley Echo', '2025-09-21T09:00:00-06:00', ('Glenna Storrs',), 'https://www.valleyecho.example/images/2025/loaf.jpg'),
    "korean": Odd('https://www.gangbyeon.example/news/articleView.html?idxno=7', '강변 다리 2년간 통행 금지', '강변일보', '2025-11-11T14:33:00+09:00', ('김민수',), 'https://cdn.gangbyeon.example/photo/bridge.jpg'),
    "korean-span": Odd('https://www.hangpo.example/news/2025/11/27/1', '여객선 2월까지 운항 중단', '항포신문', '2025-11-27T11:08:00+09:00', ('박서연',), 'https://img.hangpo.example/boat.jpg'),
    "lazy-noscript": Odd('https://islandecho.example/?p=441', 'Second boat on its way', 'Island Echo', '2025-11-27T17:00:00+00:00', ('Piers Hallam',), 'https://islandecho.example/media/boat-1536x1024.jpg'),
    "liveblog-video": Odd('https://www.ninefm.example/live/storm', 'Storm Osric: live updates as winds reach 90mph', 'Nine FM', '2025-12-04T05:55:00+00:00', ('Tamsin Okoro',), 'https://media.ninefm.example/osric.jpg'),
    "local-tv": Odd('https://www.kqzz.example/news/local/observatory/article_1.html', 'Observatory opens to the public', 'KQZZ 7', '2025-10-15T17:42:00-06:00', ('Brody Lund',), 'https://media.kqzz.example/assets/dome.jpg?w=1280'),
    "medium": Odd('https://medium.example/@hexham/why-we-left-the-grid-9c0', 'Why we left the grid', 'Quiet Engines', '2025-02-19T20:31:55+00:00', ('Hexham Doyle',), 'https://miro.medium.example/v2/resize:fit:1200/1*abc.jpeg'),
    "microdata-nested": Odd('https://valley.example/story/77', 'Orchard blight spreads north', 'Valley Farm Weekly', '2025-10-21T08:20:00-07:00', ('Rosalind Achterberg',), 'https://cdn.valley.example/blight.jpg'),
    "msn-caps": Odd('https://www.pressrepublican.example/news/x.html', 'Bakers take over bakery', 'Press-Dispatch', '2025-09-21T06:00:00-04:00', ("Mary-Kate O'Donnell",), 'https://www.pressrepublican.example/loaf.jpg'),
    "newfoundland": Odd('https://www.rocktimes.example/news/capelin', 'Capelin roll early', 'The Rock Times', '2025-06-18T06:30:00-02:30', ('Effie Noseworthy',), 'https://www.rocktimes.example/capelin.jpg'),
    "newspack": Odd('https://www.baytidings.example/2025/09/21/bakery-coop/', 'Neighbors buy the bakery', 'Bay Tidings', '2025-09-21T13:10:00+00:00', ('Renata Solis', 'Hugh Pell'), 'https://i0.wp.example/baytidings/loaf.jpg?fit=2048%2C1365'),
    "nextjs-data": Odd('https://dailyorchard.example/stories/bakery', 'Three hundred neighbors save a bakery', 'The Daily Orchard', '2025-09-21T10:15:00-04:00', ('Ignatius Webb',), 'https://dailyorchard.example/_next/image?url=%2Floaf.jpg&w=1200&q=75'),
    "npr-like": Odd('https://www.wxyq.example/2025-10-15/observatory', 'What you can see from the old observatory', 'WXYQ Public Radio', '2025-10-15T16:03:00-04:00', ('Nell Quimby',), 'https://npr.brightspot.example/dims4/dome.jpg'),
    "parsely-json": Odd('https://www.northbankherald.example/a/1', 'Ferry fares frozen', 'Northbank Herald', '2025-02-03T05:00:00+00:00', ('Iris Quayle',), 'https://cdn.northbankherald.example/ferry.jpg'),
    "polish": Odd('https://www.glosdoliny.example/artykul/most', 'Most zamknięty do wiosny', 'Głos Doliny', '2025-10-07T13:25:00+02:00', ('Bożena Wilk',), 'https://www.glosdoliny.example/m/most.jpg'),
    "polish-portal": Odd('https://www.portalnadrzeczny.example.pl/wiadomosci/prom', 'Prom nie popłynie do lutego', 'Portal Nadrzeczny', '2025-11-27T12:11:00+01:00', ('Zofia Gajda',), 'https://www.portalnadrzeczny.example.pl/foto/prom.jpg'),
    "portuguese": Odd('https://www.gazetadaserra.example/cidade/ponte', 'Prefeitura libera ponte para ônibus', 'Gazeta da Serra', '2025-04-22T07:40:00-03:00', ('Thaís Quintela',), 'https://www.gazetadaserra.example/img/ponte.webp'),
    "portuguese-pt": Odd('https://www.diariodabarra.example.pt/pais/2025-11-27-barco', 'Barco parado até fevereiro', 'Diário da Barra', '2025-11-27T18:45:00+00:00', ('Inês Vasconcelos',), 'https://www.diariodabarra.example.pt/img/barco.jpg'),
    "rdfa": Odd('https://www.fjellavisa.example/nyheter/bro', 'Broen åpner før jul', 'Fjellavisa', '2025-11-20T06:30:00+01:00', ('Signe Haug',), 'https://www.fjellavisa.example/bilder/bro.jpg'),
    "rss-like-meta-rfc": Odd('https://www.moorlandnews.example/2025/ferry.php', 'Boat parts found in museum', 'Moorland News', '2025-11-27T16:30:00-02:30', ('Edna Piercey',), 'https://www.moorlandnews.example/images/museum.jpg'),
    "russian": Odd('https://www.rechnoy.example/news/most', 'Мост закроют на два года', 'Речной вестник', '2025-06-05T18:05:00+03:00', ('Вера Ильина',), 'https://www.rechnoy.example/i/most.jpg'),
    "russian-lead": Odd('https://www.pristan.example/2025/11/27/parom/', 'Паром не выйдет до февраля', 'Пристань', '2025-11-27T13:00:00+07:00', ('Олег Савин',), 'https://www.pristan.example/upload/parom.jpg'),
    "spanish": Odd('https://www.elfaro.example/sociedad/2025/09/30/agua', 'El agua vuelve tras diez días de cortes', 'El Faro de Levante', '2025-09-30T08:12:00+02:00', ('Jimena Osorio',), 'https://www.elfaro.example/fotos/agua.jpg'),
    "spanish-latam": Odd('https://www.elmirador.example.mx/nacional/ferri', 'El ferri no vuelve hasta febrero', 'El Mirador', '2025-11-27T14:30:00-06:00', ('Ximena Arriaga',), 'https://www.elmirador.example.mx/u/ferri.jpg'),
    "sqsp-quote-in-json": Odd('https://hilltopreview.example/essays/dome', 'The dome that wouldn’t close', 'Hilltop Review', '2025-10-15T12:00:00-05:00', ('August Bellweather',), 'https://hilltopreview.example/img/dome.png'),
    "squarespace": Odd('https://www.fernandkiln.example/journal/glaze-shortage', 'A glaze shortage, explained', 'Fern & Kiln', '2025-01-23T14:05:33-08:00', ('Willa Brandt',), 'http://static1.squarespace.example/static/5/t/6/1737/glaze.jpg?format=1500w'),
    "substack": Odd('https://saltmarsh.substack.example/p/the-tide-tables-are-wrong', 'The tide tables are wrong', 'Salt Marsh Letter', '2025-07-08T11:01:12+00:00', ('Ottoline Reyes',), 'https://substackcdn.example/image/fetch/f_auto,q_auto:good/https%3A%2F%2Fbucket.example%2Ftide.png'),
    "substack-canonical-elsewhere": Odd('https://reprint.example/2025/05/04/swans', 'Who owns the swans?', 'Reprint Weekly', '2025-05-04T12:00:00-04:00', ('Lionel Gantry',), 'https://reprint.example/swans.png'),
    "swedish": Odd('https://www.sundposten.example/nyheter/observatoriet', 'Observatoriet öppnar kupolen', 'Sundposten', '2025-10-15T20:05:00+02:00', ('Ebba Lindahl', 'Nils Åkerman'), 'https://www.sundposten.example/b/kupol.jpg'),
    "thai": Odd('https://www.khaoriverside.example/news/1', 'เพื่อนบ้านช่วยร้านขนมปัง', 'ข่าวริมน้ำ', '2025-09-21T15:20:00+07:00', ('สมชาย ใจดี',), 'https://www.khaoriverside.example/i/bread.jpg'),
    "turkish": Odd('https://www.vadipostasi.example/haber/koprü', 'Köprü iki yıl kapalı kalacak', 'Vadi Postası', '2025-01-17T09:48:00+03:00', ('Defne Aksoy',), 'https://www.vadipostasi.example/g/kopru.jpg'),
    "twitter-handle": Odd('https://www.coastbeat.example/music/reunion', 'Band reunites for one night', 'Coast Beat', '2025-08-01T19:00:00+00:00', ('Zadie Blum',), 'https://www.coastbeat.example/u/band.jpg'),
    "ukrainian": Odd('https://www.zorya.example/news/observatoriya', 'Обсерваторія відкриває купол', 'Зоря', '2025-10-15T19:40:00+03:00', ('Леся Гончар',), 'https://www.zorya.example/i/kupol.jpg'),
    "wapo-graph-twice": Odd('https://www.capitolpost.example/climate/2025/08/08/ferry/', 'Ferry company blames the weather. Islanders aren’t so sure.', 'The Capitol Post', '2025-08-08T10:00:21+00:00', ('Marguerite Sloane',), 'https://www.capitolpost.example/wp-apps/imrs.php?src=https://arc.example/ferry.JPG&w=1440'),
    "wire-dateline": Odd('https://www.ledgerwire.example/2025/10/15/ap-observatory.html', 'Old observatory reopens to stargazers', 'The Ledger Wire', '2025-10-15T20:15:00-07:00', ('Jesse Tallman',), 'https://www.ledgerwire.example/photo/ap25.jpg'),
    "wp-twentytwenty": Odd('https://www.pinehollow.example/2025/03/11/dam-inspection/', 'Dam inspection finds “no urgent defects”', 'Pine Hollow Post', '2025-03-11T16:42:07+00:00', ('Gretel Amos',), 'https://i0.wp.example/www.pinehollow.example/wp-content/uploads/2025/03/dam.jpg?fit=1200%2C800&ssl=1'),
}  # fmt: skip


def facts_of(name: str) -> Facts:
    content = (PAGES / f"{name}.html").read_bytes()
    return read(content, address=EXPECTED[name].address, now=NOW)


def test_every_page_is_in_the_table() -> None:
    assert {path.stem for path in PAGES.glob("*.html")} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_an_odd_page_gives_what_starts_an_article(name: str) -> None:
    facts = facts_of(name)
    assert facts.published is not None
    found = Odd(
        EXPECTED[name].address,
        facts.title,
        facts.source,
        facts.published.at.isoformat(),
        facts.authors,
        facts.pictures[0].address,
    )
    assert found == EXPECTED[name]


@pytest.mark.parametrize("name", EXPECTED)
def test_the_extract_of_an_odd_page_begins_with_the_story(name: str) -> None:
    first = facts_of(name).paragraphs[0]
    assert first[-1] in ".。"
    assert not any(author in first for author in EXPECTED[name].authors)


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("newfoundland", "America/St_Johns"),
        ("rss-like-meta-rfc", "America/St_Johns"),
        ("portuguese", "America/Sao_Paulo"),
        ("spanish-latam", "America/Mexico_City"),
        ("spanish", "Europe/Madrid"),
        ("polish", "Europe/Warsaw"),
    ],
)
def test_a_zone_that_is_told_in_words_has_its_name(name: str, zone: str) -> None:
    published = facts_of(name).published
    assert published is not None
    assert published.zone == zone
