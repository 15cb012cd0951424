// The peer of `workshop bench samegame --peer`: nested rollout policy adaptation (Rosin, 2011) of level 2, written from
// the paper, with what Cazenave's "Nested rollout policy adaptation with selective policies" (2016) adds for SameGame:
// a move's code is a hash of its group's cells and colour, and the most frequent colour is kept for the end.
//
// Usage: nrpa SECONDS SEED < boards. A board is its rows from the top, numbers from 0 to 4, nothing but 15 x 15 of them.
// For each board one line: points, seconds of this process, playouts, then the moves as ROW COLUMN, from the top.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

namespace {

constexpr int ROWS = 15, COLUMNS = 15, CELLS = ROWS * COLUMNS, COLOURS = 5, LEVEL = 2, REPEATS = 100;
constexpr double ALPHA = 1.0;

uint64_t state = 0;

uint64_t draw() {  // SplitMix64 (Steele, Lea and Flood, 2014)
  uint64_t z = (state += 0x9E3779B97F4A7C15);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

double fraction() { return static_cast<double>(draw() >> 11) * 0x1.0p-53; }

double spent() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

uint64_t keys[CELLS][COLOURS + 1];

struct Move {
  uint64_t code;
  int cell, size;
};

// Columns stand one after the other, each from the bottom up; 0 is empty.
struct Board {
  int8_t cell[CELLS];
  int used = COLUMNS;

  int group(int start, int8_t *seen, int *taken) const {
    const int8_t colour = cell[start];
    int count = 1;
    taken[0] = start;
    seen[start] = 1;
    for (int done = 0; done < count; ++done) {
      const int at = taken[done], row = at % ROWS;
      const int near[4] = {row > 0 ? at - 1 : -1, row < ROWS - 1 ? at + 1 : -1, at - ROWS, at + ROWS};
      for (int next : near)
        if (next >= 0 && next < CELLS && !seen[next] && cell[next] == colour) {
          seen[next] = 1;
          taken[count++] = next;
        }
    }
    return count;
  }

  // The groups of two and more; those of the colour `tabu` only where there is no other.
  int moves(Move *into, int tabu) const {
    int8_t seen[CELLS] = {};
    int taken[CELLS], count = 0, kept = 0;
    Move all[CELLS / 2];
    for (int at = 0; at < used * ROWS; ++at) {
      if (cell[at] == 0 || seen[at]) continue;
      const int size = group(at, seen, taken);
      if (size < 2) continue;
      uint64_t code = 0;
      for (int i = 0; i < size; ++i) code ^= keys[taken[i]][cell[at]];
      all[count++] = {code, at, size};
    }
    for (int i = 0; i < count; ++i)
      if (cell[all[i].cell] != tabu) into[kept++] = all[i];
    if (kept > 0) return kept;
    for (int i = 0; i < count; ++i) into[i] = all[i];
    return count;
  }

  void play(int start) {
    int8_t seen[CELLS] = {};
    int taken[CELLS];
    const int count = group(start, seen, taken);
    for (int i = 0; i < count; ++i) cell[taken[i]] = 0;
    int to = 0;
    for (int column = 0; column < used; ++column) {
      int height = 0;
      int8_t fallen[ROWS] = {};
      for (int row = 0; row < ROWS; ++row)
        if (cell[column * ROWS + row]) fallen[height++] = cell[column * ROWS + row];
      if (height == 0) continue;
      for (int row = 0; row < ROWS; ++row) cell[to * ROWS + row] = fallen[row];
      ++to;
    }
    for (int at = to * ROWS; at < used * ROWS; ++at) cell[at] = 0;
    used = to;
  }

  int ending() const { return used == 0 ? 1000 : 0; }
};

// What a policy gives each move, as exponentials, so that a step along the gradient multiplies; by the last bits of the code.
using Policy = std::vector<double>;
constexpr size_t CODES = 1 << 16;

// A game and what could be chosen at each of its moves.
struct Game {
  int points = -1000000;
  std::vector<int> cells;
  std::vector<uint16_t> codes, chosen;
  std::vector<size_t> ends;
};

Game playout(Board board, int tabu, const Policy &policy) {
  Game game;
  game.points = 0;
  Move moves[CELLS / 2];
  for (int count; (count = board.moves(moves, tabu)) > 0;) {
    double total = 0;
    for (int i = 0; i < count; ++i) {
      total += policy[moves[i].code % CODES];
      game.codes.push_back(static_cast<uint16_t>(moves[i].code));
    }
    double rest = fraction() * total;
    int which = 0;
    while (which < count - 1 && (rest -= policy[moves[which].code % CODES]) >= 0) ++which;
    game.points += (moves[which].size - 2) * (moves[which].size - 2);
    game.cells.push_back(moves[which].cell);
    game.chosen.push_back(static_cast<uint16_t>(moves[which].code));
    game.ends.push_back(game.codes.size());
    board.play(moves[which].cell);
  }
  game.points += board.ending();
  return game;
}

void adapt(Policy &policy, const Game &game) {
  std::vector<double> chances(game.codes.size());
  size_t begin = 0;
  for (size_t end : game.ends) {
    double total = 0;
    for (size_t i = begin; i < end; ++i) total += policy[game.codes[i]];
    for (size_t i = begin; i < end; ++i) chances[i] = policy[game.codes[i]] / total;
    begin = end;
  }
  for (size_t i = 0; i < begin; ++i)
    if (chances[i] > 1e-4) policy[game.codes[i]] *= std::exp(-ALPHA * chances[i]);
  for (uint16_t code : game.chosen) policy[code] *= std::exp(ALPHA);
}

Game best_of_all;
long playouts;

Game nested(int level, const Board &board, int tabu, Policy policy, double until) {
  Game best;
  for (int i = 0; i < REPEATS && (best.cells.empty() || spent() < until); ++i) {
    Game game = level == 1 ? playout(board, tabu, policy) : nested(level - 1, board, tabu, policy, until);
    if (level == 1) ++playouts;
    if (game.points > best_of_all.points) best_of_all = game;
    if (game.points >= best.points) best = std::move(game);
    adapt(policy, best);
  }
  return best;
}

}  // namespace

int main(int count, char **arguments) {
  if (count != 3) {
    std::fprintf(stderr, "usage: nrpa SECONDS SEED < boards\n");
    return 2;
  }
  const double seconds = std::atof(arguments[1]);
  state = std::strtoull(arguments[2], nullptr, 10);
  for (auto &cell : keys)
    for (auto &key : cell) key = draw();
  for (;;) {
    Board board;
    int frequent[COLOURS + 1] = {};
    for (int row = ROWS - 1; row >= 0; --row)
      for (int column = 0; column < COLUMNS; ++column) {
        int colour;
        if (std::scanf("%d", &colour) != 1) return 0;
        board.cell[column * ROWS + row] = static_cast<int8_t>(colour + 1);
        ++frequent[colour + 1];
      }
    int tabu = 1;
    for (int colour = 2; colour <= COLOURS; ++colour)
      if (frequent[colour] > frequent[tabu]) tabu = colour;
    best_of_all = Game{};
    playouts = 0;
    const double began = spent();
    do nested(LEVEL, board, tabu, Policy(CODES, 1.0), began + seconds);
    while (spent() < began + seconds);
    std::printf("%d %.3f %ld", best_of_all.points, spent() - began, playouts);
    for (int cell : best_of_all.cells) std::printf(" %d %d", ROWS - 1 - cell % ROWS, cell / ROWS);
    std::printf("\n");
    std::fflush(stdout);
  }
}
