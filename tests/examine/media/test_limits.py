import ast
import inspect
from dataclasses import fields
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from waarmerk.examine.media import limits
from waarmerk.examine.media.limits import LIMITS, Limits

durations = st.one_of(st.none(), st.floats(0, 1e12))
sizes = st.integers(1, 1 << 40)


def test_every_bound_has_its_reason() -> None:
    (body,) = [node.body for node in ast.parse(inspect.getsource(limits)).body if isinstance(node, ast.ClassDef)]
    named = [
        node.target.id
        for node, after in pairwise(body)
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and isinstance(after, ast.Expr)
        and isinstance(after.value, ast.Constant)
        and len(str(after.value.value)) > 30
    ]
    assert named == [field.name for field in fields(Limits)]


@given(durations, sizes)
def test_cpu_time_is_bounded_whatever_the_header_claims(duration: float | None, size: int) -> None:
    seconds = LIMITS.cpu(duration, size)
    assert LIMITS.cpu_start_s <= seconds <= LIMITS.cpu_s
    assert seconds <= LIMITS.cpu_start_s + LIMITS.cpu_per_second * size / LIMITS.slowest_bytes_per_s


@given(st.floats(0, 1e9), st.floats(0, 1e9), sizes)
def test_a_longer_medium_never_gets_less(a: float, b: float, size: int) -> None:
    assert LIMITS.cpu(min(a, b), size) <= LIMITS.cpu(max(a, b), size)
    assert LIMITS.wall(min(a, b), size) <= LIMITS.wall(max(a, b), size)


@given(st.floats(0, 1e12))
def test_samples_never_exceed_their_bound(duration: float) -> None:
    assert LIMITS.rate_for(duration) * duration <= LIMITS.samples * (1 + 1e-9)
