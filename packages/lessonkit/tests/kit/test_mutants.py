import pytest

from lessonkit.mutants import mutants


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("y = a + b", ["y = a - b"]),
        ("y = a @ b", ["y = a * b"]),
        ("y = a < b", ["y = a <= b"]),
        ("y = a and b", ["y = a or b"]),
        ("y = -a", ["y = a"]),
        ("y = a[1:]", ["y = a[2:]", "y = a[0:]"]),
        ("y = a.sum(axis=1)", ["y = a.sum(axis=0)", "y = a.sum(axis=2)"]),
        ("y = f(keepdims=True)", ["y = f(keepdims=False)"]),
        ("y = 0.5", ["y = 1.5"]),
        ("y = f(a)", []),
    ],
)
def test_one_step_is_changed(text: str, expected: list[str]) -> None:
    found = set(mutants(text).values())
    assert found >= set(expected)
    assert text not in found


def test_a_mutant_is_named_by_line_and_change() -> None:
    assert mutants("def f(x):\n    return x * 3\n").keys() == {"2: x * 3 → x / 3", "2: 3 → 4", "2: 3 → 2"}
