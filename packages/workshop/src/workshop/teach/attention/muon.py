"""Learning quickly: Muon for matrices, Adam for everything else.

Muon (Jordan and others, https://kellerjordan.github.io/posts/muon/, 2024) takes the direction in which a
matrix should move and makes all its singular values about 1, so that no few directions drown the others.
The iteration is Newton's and Schulz', with Jordan's coefficients: products of matrices only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Tensor = Any
"""A tensor of TensorFlow, or a variable."""

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
"""They bring singular values between about 0.01 and 1 to between 0.7 and 1.2 in five rounds."""
MOMENTUM = 0.95
ADAM = (0.9, 0.99)


def evened_out(squares: Tensor, rounds: int = 4) -> Tensor:
    """Return matrices (n, side, side) with the same singular vectors, and singular values about 1.

    Fewer than five rounds leave the smallest ones smaller, which learning hardly notices.
    """
    import tensorflow as tf

    one, three, five = COEFFICIENTS
    squares = squares / (tf.norm(squares, axis=(1, 2), keepdims=True) + 1e-7)
    for _ in range(rounds):
        own = tf.matmul(squares, squares, transpose_b=True)
        squares = one * squares + tf.matmul(three * own + five * tf.matmul(own, own), squares)
    return squares


def cut(matrix: Tensor, side: int) -> Tensor:
    """Cut a matrix whose sides are multiples of ``side`` into squares (n, side, side)."""
    import tensorflow as tf

    rows, columns = matrix.shape
    tiles = tf.reshape(matrix, (rows // side, side, columns // side, side))
    return tf.reshape(tf.transpose(tiles, (0, 2, 1, 3)), (-1, side, side))


def pasted(squares: Tensor, shape: Sequence[int]) -> Tensor:
    """Undo ``cut``."""
    import tensorflow as tf

    rows, columns = shape
    side = squares.shape[1]
    tiles = tf.reshape(squares, (rows // side, columns // side, side, side))
    return tf.reshape(tf.transpose(tiles, (0, 2, 1, 3)), (rows, columns))


class Optimiser:
    """Changes weights by their gradients: ``matrices`` by Muon, square by square, ``others`` by Adam.

    All sides of the matrices are multiples of ``side``: one batch of small products serves them
    all. Without matrices it is Adam. Gradients are cut down to a norm of 1 together.
    """

    def __init__(
        self,
        matrices: Sequence[Tensor],
        others: Sequence[Tensor],
        side: int,
        *,
        turn: float = 0.02,
        rate: float = 0.004,
    ) -> None:
        """Begin with no memory. ``turn`` and ``rate`` are the learning rates of the two at full speed."""
        import tensorflow as tf

        self.matrices, self.others, self.side = list(matrices), list(others), side
        self.turn, self.rate = turn, rate
        count = sum(matrix.shape[0] * matrix.shape[1] for matrix in matrices) // side**2
        self.heading = tf.Variable(tf.zeros((count, side, side)))
        self.first = [tf.Variable(tf.zeros_like(other)) for other in others]
        self.second = [tf.Variable(tf.zeros_like(other)) for other in others]
        self.steps = tf.Variable(0.0)

    @property
    def weights(self) -> list[Tensor]:
        """All that is learnt, in the order in which ``apply`` takes the gradients."""
        return [*self.matrices, *self.others]

    def apply(self, gradients: Sequence[Tensor], speed: Tensor) -> None:
        """Make a step with ``speed``, a share of the full learning rates."""
        import tensorflow as tf

        gradients, _ = tf.clip_by_global_norm([tf.convert_to_tensor(each) for each in gradients], 1.0)
        self.steps.assign_add(1.0)
        self._turn(gradients[: len(self.matrices)], speed)
        self._adam(gradients[len(self.matrices) :], speed)

    def _turn(self, gradients: Sequence[Tensor], speed: Tensor) -> None:
        import tensorflow as tf

        if not self.matrices:
            return
        squares = tf.concat([cut(gradient, self.side) for gradient in gradients], axis=0)
        self.heading.assign(MOMENTUM * self.heading + squares)
        moves = evened_out(squares + MOMENTUM * self.heading)
        counts = [matrix.shape[0] * matrix.shape[1] // self.side**2 for matrix in self.matrices]
        for matrix, own in zip(self.matrices, tf.split(moves, counts), strict=True):
            matrix.assign_sub(self.turn * speed * pasted(own, matrix.shape))

    def _adam(self, gradients: Sequence[Tensor], speed: Tensor) -> None:
        """Kingma and Ba, 2015."""
        import tensorflow as tf

        slow, slower = ADAM
        rate = self.rate * speed * tf.sqrt(1 - slower**self.steps) / (1 - slow**self.steps)
        for other, gradient, first, second in zip(
            self.others, gradients, self.first, self.second, strict=True
        ):
            first.assign(slow * first + (1 - slow) * gradient)
            second.assign(slower * second + (1 - slower) * gradient**2)
            other.assign_sub(rate * first / (tf.sqrt(second) + 1e-8))
