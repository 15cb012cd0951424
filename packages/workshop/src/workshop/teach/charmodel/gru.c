/* A GRU walked through time, and its gradient walked back; gru.py puts quick_tanh before it and calls it.

   The recurrent matrices stay the same for a whole walk, so each is packed once: cut into panels as wide as
   the registers that sum them up, which are read from the first number to the last. A library's product packs
   its matrix anew at every step. All is float32 and lies in memory in one piece, the last axis innermost. */

#include <stdlib.h>
#include <string.h>

#if defined(__AVX512F__)
#define LANES 16
#define HEIGHT 8
#elif defined(__AVX__)
#define LANES 8
#define HEIGHT 6
#else
#define LANES 4
#define HEIGHT 6
#endif
#define WIDTH (2 * LANES)
#define GATES 3
#define KEPT 4 /* reset, update, what the third gate heard, new */

typedef float lanes __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

static long panels(long columns) { return (columns + WIDTH - 1) / WIDTH; }

/* The numbers that a packed square takes. */
static long packed_size(long units) { return panels(units) * WIDTH * units; }

/* Cut a square into panels of WIDTH columns, the last one filled up with zeros. */
static void pack(const float *square, long units, bool transposed, float *packed) {
    for (long first = 0; first < units; first += WIDTH)
        for (long k = 0; k < units; k++)
            for (long j = first; j < first + WIDTH; j++)
                *packed++ = j >= units ? 0 : transposed ? square[j * units + k] : square[k * units + j];
}

static float *packed_squares(const float *recurrent, long units, bool transposed) {
    void *packed;
    if (posix_memalign(&packed, 64, GATES * packed_size(units) * sizeof(float))) return NULL;
    for (long gate = 0; gate < GATES; gate++)
        pack(recurrent + gate * units * units, units, transposed, (float *)packed + gate * packed_size(units));
    return (float *)packed;
}

/* The product of ROWS rows with a panel, of which `wide` columns are wanted. */
template <int ROWS>
static inline void block(const float *rows, long stride, const float *panel, long depth, long wide, float *out,
                         long out_stride, bool add) {
    lanes left[ROWS] = {}, right[ROWS] = {};
    for (long k = 0; k < depth; k++, panel += WIDTH) {
        lanes one = *(const lanes *)panel, other = *(const lanes *)(panel + LANES);
#pragma GCC unroll 8
        for (int row = 0; row < ROWS; row++) {
            left[row] += rows[row * stride + k] * one;
            right[row] += rows[row * stride + k] * other;
        }
    }
#pragma GCC unroll 8
    for (int row = 0; row < ROWS; row++, out += out_stride) {
        float sums[WIDTH];
        *(lanes *)sums = left[row];
        *(lanes *)(sums + LANES) = right[row];
        for (long j = 0; j < wide; j++) out[j] = add ? out[j] + sums[j] : sums[j];
    }
}

/* As many blocks as there are, and smaller ones for the rows that are left. */
template <int ROWS>
static inline void blocks(const float *rows, long count, long stride, const float *panel, long depth, long wide,
                          float *out, long out_stride, bool add) {
    for (; count >= ROWS; count -= ROWS, rows += ROWS * stride, out += ROWS * out_stride)
        block<ROWS>(rows, stride, panel, depth, wide, out, out_stride, add);
    if (ROWS > 1 && count)
        blocks<(ROWS > 1 ? ROWS / 2 : 1)>(rows, count, stride, panel, depth, wide, out, out_stride, add);
}

/* out = rows · square, or out += rows · square; rows and out lie `stride` and `out_stride` numbers apart. */
static void product(const float *rows, long count, long stride, const float *packed, long units, float *out,
                    long out_stride, bool add) {
    for (long first = 0; first < units; first += WIDTH, packed += WIDTH * units) {
        long wide = units - first < WIDTH ? units - first : WIDTH;
        blocks<HEIGHT>(rows, count, stride, packed, units, wide, out + first, out_stride, add);
    }
}

static inline float quick_sigmoid(float x) { return 0.5f + 0.5f * quick_tanh(0.5f * x); }

/* One row of a step. `kept` holds what the gates heard, and then what they made of it. */
static void step_forward(long units, const float *__restrict__ to_reset, const float *__restrict__ to_update,
                         const float *__restrict__ to_new, float *__restrict__ kept,
                         const float *__restrict__ before, float *__restrict__ after) {
    float *resets = kept, *updates = kept + units, *heards = kept + 2 * units, *news = kept + 3 * units;
#pragma GCC ivdep
    for (long j = 0; j < units; j++) {
        float reset = quick_sigmoid(to_reset[j] + resets[j]);
        float update = quick_sigmoid(to_update[j] + updates[j]);
        float fresh = quick_tanh(to_new[j] + reset * heards[j]);
        resets[j] = reset;
        updates[j] = update;
        news[j] = fresh;
        after[j] = fresh + update * (before[j] - fresh);
    }
}

/* One row of a step back: `later` is the gradient by the state after it, and then, but for what comes through
   the matrices, by the state before. */
static void step_back(long units, float mask, const float *__restrict__ kept, const float *__restrict__ before,
                      float *__restrict__ later, float *__restrict__ heard, float *__restrict__ to_reset,
                      float *__restrict__ to_update, float *__restrict__ to_new) {
    const float *resets = kept, *updates = kept + units, *heards = kept + 2 * units, *news = kept + 3 * units;
    float *heard_update = heard + units, *heard_new = heard + 2 * units;
#pragma GCC ivdep
    for (long j = 0; j < units; j++) {
        float by = mask * later[j], reset = resets[j], update = updates[j], fresh = news[j];
        float by_new = by * (1 - update) * (1 - fresh * fresh);
        float by_update = by * (before[j] - fresh) * update * (1 - update);
        float by_reset = by_new * heards[j] * reset * (1 - reset);
        heard[j] = by_reset;
        heard_update[j] = by_update;
        heard_new[j] = by_new * reset;
        to_reset[j] += by_reset;
        to_update[j] += by_update;
        to_new[j] += by_new;
        later[j] = (1 - mask) * later[j] + by * update;
    }
}

/* told (GATES, entries, units), which (steps, rows), recurrent (GATES, units, units), mask (steps, rows),
   states (steps + 1, rows, units), the first of which is given, kept (steps, rows, KEPT · units), or one step
   of it if `keep` is not set. Returns false when there is no memory. */
static bool walk_forward(long steps, long rows, long units, long entries, const float *told, const int *which,
                         const float *recurrent, const float *mask, bool keep, float *states, float *kept) {
    float *squares = packed_squares(recurrent, units, false);
    if (!squares) return false;
    for (long step = 0; step < steps; step++, which += rows, mask += rows, states += rows * units) {
        for (long gate = 0; gate < GATES; gate++)
            product(states, rows, units, squares + gate * packed_size(units), units, kept + gate * units,
                    KEPT * units, false);
        for (long row = 0; row < rows; row++) {
            const float *one = told + which[row] * units, *before = states + row * units;
            float *after = states + (rows + row) * units;
            step_forward(units, one, one + entries * units, one + 2 * entries * units,
                         kept + row * KEPT * units, before, after);
            if (mask[row] != 1)
                for (long j = 0; j < units; j++) after[j] = before[j] + mask[row] * (after[j] - before[j]);
        }
        if (keep) kept += rows * KEPT * units;
    }
    free(squares);
    return true;
}

/* `shown` is the gradient of the loss by the states, the first one left out; by_told begins with zeros, like
   told; by_heard is (steps, rows, GATES · units). */
static bool walk_back(long steps, long rows, long units, long entries, const int *which, const float *recurrent,
                      const float *mask, const float *states, const float *kept, const float *shown,
                      float *by_told, float *by_heard) {
    float *squares = packed_squares(recurrent, units, true);
    float *later = (float *)calloc(rows * units + 1, sizeof(float));
    bool enough = squares && later;
    for (long step = steps - 1; enough && step >= 0; step--) {
        const float *now = shown + step * rows * units;
        float *heard = by_heard + step * rows * GATES * units;
        for (long row = 0; row < rows; row++) {
            long place = step * rows + row;
            float *own = later + row * units, *to = by_told + which[place] * units;
            for (long j = 0; j < units; j++) own[j] += now[row * units + j];
            step_back(units, mask[place], kept + place * KEPT * units, states + place * units, own,
                      heard + row * GATES * units, to, to + entries * units, to + 2 * entries * units);
        }
        for (long gate = 0; gate < GATES; gate++)
            product(heard + gate * units, rows, GATES * units, squares + gate * packed_size(units), units, later,
                    units, true);
    }
    free(squares);
    free(later);
    return enough;
}
