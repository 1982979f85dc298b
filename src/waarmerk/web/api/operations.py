"""Whether it lives, whether it is ready, and its figures: no personal data in any of them."""

from __future__ import annotations

from fastapi import APIRouter, Response
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from sqlalchemy import Executable, func, select, text

from waarmerk.desk.review.timers import pressing
from waarmerk.desk.store.tables import case, delivery, statement, task
from waarmerk.errors import UnavailableError
from waarmerk.web.api.models import Done
from waarmerk.web.site import Site, SiteHere

router = APIRouter()


@router.get("/healthz", tags=["operations"])
def health() -> Done:
    """Alive: this process answers."""
    return Done()


@router.get("/readyz", tags=["operations"])
def ready(site: SiteHere) -> Done:
    """Ready: the database answers."""
    try:
        with site.desk.read() as connection:
            connection.execute(text("SELECT 1"))
    except Exception as error:
        raise UnavailableError("the database does not answer") from error
    return Done()


@router.get("/metrics", tags=["operations"])
def metrics(site: SiteHere) -> Response:
    """Figures in Prometheus' text format."""
    return Response(figures(site), media_type="text/plain; version=0.0.4; charset=utf-8")


def figures(site: Site) -> bytes:
    """Cases by state, tasks, deliveries and statements that wait, events that are not in the log yet."""
    registry = CollectorRegistry()
    cases = Gauge("waarmerk_cases", "Cases by state", ["state"], registry=registry)
    waiting = Gauge("waarmerk_waiting", "What waits, by kind", ["kind"], registry=registry)
    deadlines = Gauge(
        "waarmerk_deadlines",
        "Open cases and orders whose deadline passed, or soon does",
        ["state"],
        registry=registry,
    )
    with site.desk.read() as connection:
        found = pressing(connection, site.desk.clock())
        deadlines.labels("overdue").set(found.overdue)
        deadlines.labels("soon").set(found.soon)
        for state, count in connection.execute(select(case.c.state, func.count()).group_by(case.c.state)):
            cases.labels(state).set(count)
        counts: dict[str, Executable] = {
            "tasks": select(func.count()).select_from(task).where(task.c.done_at.is_(None)),
            "deliveries": select(func.count()).select_from(delivery).where(delivery.c.next_at.is_not(None)),
            "statements": select(func.count()).select_from(statement).where(statement.c.state == "waiting"),
            "events": text("SELECT COUNT(*) FROM waarmerk_outbox WHERE position IS NULL"),
        }
        for kind, query in counts.items():
            waiting.labels(kind).set(connection.execute(query).scalar_one())
    return generate_latest(registry)
