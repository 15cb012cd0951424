"""tanh and the logistic function, quickly.

The mathematical library computes one value at a time, and a recurrent network asks for so many that it
waits for them as long as for its products. A fraction of polynomials is made of operations that the
compiler turns into vector instructions. This one is the ninth convergent of Lambert's continued fraction
of tanh (1768); it differs from tanh by less than 10⁻⁵ and is cut off where it reaches 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import theano.tensor as T  # noqa: N812
from theano.scalar import UnaryScalarOp, upgrade_to_float
from theano.tensor.elemwise import Elemwise

END = 6.297019
"""Where the fraction reaches 1."""
UPPER = (34459425.0, 4729725.0, 135135.0, 990.0, 1.0)
"""The numerator is x times the polynomial in x² of these, lowest power first."""
LOWER = (34459425.0, 16216200.0, 945945.0, 13860.0, 45.0)


def fraction(x: str, z: str, kind: str) -> str:
    """Return the C code that sets ``z`` to tanh of ``x``, both of this kind of number."""

    def horner(numbers: tuple[float, ...]) -> str:
        code = f"({kind}){numbers[-1]}"
        for number in numbers[-2::-1]:
            code = f"({code} * s + ({kind}){number})"
        return code

    return f"""{{
            {kind} x = {x} < ({kind})-{END} ? ({kind})-{END} : {x};
            x = x > ({kind}){END} ? ({kind}){END} : x;
            {kind} s = x * x;
            {z} = x * {horner(UPPER)} / {horner(LOWER)};
        }}"""


class Tanh(UnaryScalarOp):  # type: ignore[misc]
    """The scalar operation, with its derivative 1 − y²."""

    def impl(self, x: Any) -> Any:
        """Return the value as Python computes it."""
        x = np.clip(x, -END, END)
        square = x * x
        return x * np.polyval(UPPER[::-1], square) / np.polyval(LOWER[::-1], square)

    def grad(self, inputs: Any, output_gradients: Any) -> Any:
        """Return the gradient."""
        (x,), (gradient,) = inputs, output_gradients
        return [gradient * (1 - self(x) ** 2)]

    def c_code(self, node: Any, name: str, inputs: Any, outputs: Any, sub: Any) -> str:
        """Return the C code, without any branch."""
        (x,), (z,), kind = inputs, outputs, node.inputs[0].type.dtype_specs()[1]
        return fraction(x, z, kind)

    def c_code_cache_version(self) -> tuple[int, ...]:
        """Return the version of the C code."""
        return (1,)


tanh = Elemwise(Tanh(upgrade_to_float, name="quick_tanh"), name="quick_tanh")


def sigmoid(x: Any) -> Any:
    """Return the logistic function 1 / (1 + e⁻ˣ) of an expression."""
    half = np.float32(0.5)
    return half + half * tanh(half * T.as_tensor_variable(x))
