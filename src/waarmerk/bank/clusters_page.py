"""Campaigns as a page: a graph of each, and its figures; Dutch or English, self-contained."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from markupsafe import Markup

from waarmerk.bank.clusters import Cluster
from waarmerk.text.page import page
from waarmerk.text.plots.spread import Point, spread
from waarmerk.text.words import Language, Words, words

SHOWN: Final = 20
"""Clusters that have a graph; the others are counted."""
_UPLOADS: Final = 500
"""Uploads of one cluster that its graph shows, the first ones."""


def clusters_page(found: Sequence[Cluster], uploads: int, language: Language) -> str:
    """The page about the clusters among so many uploads."""
    say = words("clusters", language)
    parts = [
        Markup("<h1>{}</h1>").format(say.say("title")),
        Markup('<p class="lead">{}</p>').format(
            say.say("lead", clusters=say.number(len(found)), uploads=say.number(uploads))
        ),
        Markup('<p class="quiet">{}</p>').format(say.say("caution")),
    ]
    parts += [_section(number, cluster, say) for number, cluster in enumerate(found[:SHOWN], 1)]
    if len(found) > SHOWN:
        parts.append(Markup("<p>{}</p>").format(say.say("more", count=say.number(len(found) - SHOWN))))
    return page(say.say("title"), Markup("\n").join(parts), language=language)


def _section(number: int, cluster: Cluster, say: Words) -> Markup:
    first, last = cluster.uploads[0].at, cluster.uploads[-1].at
    rows = [
        ("first-seen", f"{first} ({cluster.uploads[0].item})"),
        ("last-seen", last),
        ("uploads", say.number(len(cluster.uploads))),
        ("accounts", say.number(cluster.accounts)),
        ("variants", say.number(cluster.variants)),
        ("known", ", ".join(cluster.known) or say.say("none")),
        (
            "transforms",
            ", ".join(f"{name} ({count})" for name, count in cluster.transforms().items()) or say.say("none"),
        ),
    ]
    table = Markup("").join(
        Markup("<tr><th scope=row>{}</th><td>{}</td></tr>").format(say.say(k), v) for k, v in rows
    )
    days = Markup("").join(
        Markup("<tr><td>{}</td><td class=number>{}</td><td class=number>{}</td></tr>").format(day, count, new)
        for day, count, new in cluster.spread()
    )
    heads = Markup("<tr><th>{}</th><th class=number>{}</th><th class=number>{}</th></tr>").format(
        say.say("day"), say.say("uploads"), say.say("new-accounts")
    )
    return Markup(
        "<section><h2>{}</h2><figure>{}</figure><table>{}</table><h3>{}</h3><table>{}{}</table></section>"
    ).format(say.say("campaign", number=number), _graph(number, cluster, say), table, say.say("spread"), heads, days)


def _graph(number: int, cluster: Cluster, say: Words) -> Markup:
    shown = cluster.uploads[:_UPLOADS]
    lanes: dict[str, int] = {}
    start = datetime.fromisoformat(shown[0].at)
    places = {upload.item: place for place, upload in enumerate(shown)}
    points = []
    for upload in shown:
        lane = lanes.setdefault(upload.account or say.say("no-account"), len(lanes))
        hours = (datetime.fromisoformat(upload.at) - start).total_seconds() / 3600
        points.append(Point(hours, lane, upload.variant, f"{upload.item}, {upload.at}"))
    lines = [
        (places[link.item], places[link.other])
        for link in cluster.links
        if not link.known and link.item in places and link.other in places
    ]
    return spread(
        points,
        lines,
        list(lanes),
        others=say.say("other-accounts"),
        time_name=say.say("hours"),
        title=say.say("campaign", number=number),
        description=say.say("graph", uploads=len(shown), accounts=cluster.accounts),
    )
