"""Playouts follow the policy; adapting makes the best game likelier; levels never forget it."""

from __future__ import annotations

import numpy as np
from building import SMALL

from bubblebreaker import engine, reference
from bubblebreaker.cells import load, pack, room
from bubblebreaker.compiled import mixed
from bubblebreaker.rules import SAMEGAME, Dice, Rules
from bubblebreaker.search import nrpa
from bubblebreaker.search.groups import make_desk


class Table:
    """A board with all that a search works on."""

    def __init__(self, rules: Rules, seed: int = 1) -> None:
        self.rules, self.packed = rules, pack(rules)
        self.board = reference.new_board(rules, Dice.seeded(seed))
        self.start = np.zeros(room(rules.rows, rules.columns), np.int8)
        self.used = load(self.board, self.start)
        self.rng = np.array([mixed(np.uint64(seed))], np.uint64)
        self.desk = make_desk(self.packed)
        self.line = nrpa.make_line(self.packed)
        self.chances = np.zeros(len(self.line.codes))

    def play(self, policy: np.ndarray, tabu: int = 0) -> list[tuple[int, int]]:
        points, moves = nrpa.playout(
            self.packed, self.start, self.used, tabu, policy, self.rng, self.desk, self.line.at
        )
        self.line.score[:] = points, moves
        return engine.cells_of(self.rules, self.line.at[:moves])


def test_the_tabu_colour_is_burst_only_when_nothing_else_can_be() -> None:
    table = Table(SAMEGAME)
    tabu = 2
    game = reference.Game(SAMEGAME, table.board)
    for cell in table.play(nrpa.make_policy(), tabu):
        colours = {int(game.board[cells[0]]) for cells in reference.groups(game.board)}
        assert game.board[cell] != tabu or colours == {tabu}
        game.play(*cell)


def test_a_step_of_adaptation_is_the_gradient_of_the_log_likelihood() -> None:
    line = nrpa.make_line(pack(SMALL))
    # Two moves: one of the codes 3, 4, 5, where 4 was chosen; one of the codes 4, 6, where 6 was.
    line.score[:] = 0, 2
    line.codes[:5] = 3, 4, 5, 4, 6
    line.chosen[:2] = 1, 4
    line.ends[:2] = 3, 5
    policy = nrpa.make_policy()
    policy[3:7] = 1, 2, 1, 6
    before = np.log(policy[3:7])
    nrpa.adapt(policy, line, 0.5, np.zeros(5))
    first, second = np.array([1, 2, 1]) / 4, np.array([2, 6]) / 8
    gradient = [-first[0], 1 - first[1] - second[0], -first[2], 1 - second[1]]
    assert np.allclose(np.log(policy[3:7]) - before, 0.5 * np.array(gradient))
