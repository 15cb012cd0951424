"""Element-wise operations of Theano that are compiled once for arrays of all shapes.

Theano writes a module of its own for each way in which inputs are broadcast, for each number of axes, and for
each input whose place the output takes: our lessons had ``a * b`` of float32 compiled 38 times. Here a module
knows only the arithmetic and the types. What is broadcast and whose place is taken it is told when it is
loaded, as Theano's *params*; so modules that differ in nothing else are compiled once.

A module takes its numbers in blocks. Where an array is not contiguous in the order of the output, or one
number serves for many, its numbers are first copied side by side, so that g++ has one plain loop to optimise.
Results are those of Theano's own loops, number by number, and so are errors.

Left to Theano's own code: complex numbers, half precision, and loops that are shared between processors
(OpenMP). ``theano_patches`` lays a copy of this file into Theano's package; so it imports nothing of ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

VERSION = 1
"""A part of the key of each module; whoever changes what is written below raises it."""
INTEGERS = {f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)}
KINDS = {"bool", "float32", "float64", *INTEGERS}
"""The types of numbers that it is for: of one, two, four or eight bytes."""

DECLARED = """\
#define THEANO_BLOCK 256
#define THEANO_OPERANDS 64
struct theano_operand {
    char *at, *block;
    npy_intp size;
    enum { IN_PLACE, REPEATED, MOVED } how;
    int filled;
    npy_intp strides[NPY_MAXDIMS], index[NPY_MAXDIMS];
};
struct theano_walk {
    theano_operand* operands;
    int inputs, all, axes;
    npy_intp left, step, count, dims[NPY_MAXDIMS];
};
int theano_begin(theano_walk* walk, PyObject* pattern, PyArrayObject** arrays, const int* types);
npy_intp theano_block(theano_walk* walk, char** sides);
"""
"""What modules say of it."""
DEFINED = """\
static int theano_output(PyArrayObject** output, int axes, npy_intp* dims, int type, int fortran) {
    PyArrayObject* there = *output;
    if (there && PyArray_NDIM(there) == axes && PyArray_ISONESEGMENT(there)
            && PyArray_CompareLists(PyArray_DIMS(there), dims, axes))
        return 0;
    if (there) {
        PyArray_Dims wanted = {dims, axes};
        PyObject* resized = PyArray_Resize(there, &wanted, 0, NPY_CORDER);
        if (resized) {
            Py_DECREF(resized);
            return 0;
        }
        PyErr_Clear();
        Py_DECREF(there);
        fortran = 0;
    }
    *output = (PyArrayObject*) PyArray_EMPTY(axes, dims, type, fortran);
    return *output ? 0 : -1;
}
/* Look at the inputs, provide the outputs, and lay out the way through all of them: 0, or -1 with an error.
   `pattern` holds the number of axes, for each input and axis whether it is broadcast along it, and for each
   output 1 + the input whose place it takes, or 0. */
int theano_begin(theano_walk* walk, PyObject* pattern, PyArrayObject** arrays, const int* types) {
    theano_operand* const operands = walk->operands;
    const int inputs = walk->inputs, all = walk->all;
    const unsigned char* broadcast = (const unsigned char*) PyBytes_AS_STRING(pattern);
    const int axes = *broadcast++;
    const unsigned char* taken = broadcast + inputs * axes;
    npy_intp dims[NPY_MAXDIMS];
    int order[NPY_MAXDIMS], several = 0, plain = 1, columns = 1, any = 0;
    for (int j = 0; j < inputs; j++)
        if (PyArray_NDIM(arrays[j]) < axes) {
            PyErr_SetString(PyExc_ValueError, "Not enough dimensions on input.");
            return -1;
        }
    walk->left = 1;
    for (int axis = 0; axis < axes; axis++) {
        int first = -1;
        dims[axis] = 1;
        for (int j = 0; j < inputs; j++) {
            if (broadcast[j * axes + axis])
                continue;
            npy_intp length = PyArray_DIMS(arrays[j])[axis];
            if (first < 0) {
                first = j;
                dims[axis] = length;
            } else if (length != dims[axis]) {
                PyErr_Format(PyExc_ValueError, "Input dimension mis-match. (input[%i].shape[%i] = %lld, "
                    "input[%i].shape[%i] = %lld)", first, axis, (long long int) dims[axis], j, axis,
                    (long long int) length);
                return -1;
            }
        }
        walk->left *= dims[axis];
    }
    for (int j = 0; j < inputs; j++)
        for (int axis = 0; axis < axes; axis++)
            if (!broadcast[j * axes + axis]) {
                any = 1;
                columns = columns && PyArray_ISFORTRAN(arrays[j]);
                break;
            }
    for (int k = 0; k < all - inputs; k++) {
        PyArrayObject** output = arrays + inputs + k;
        if (taken[k]) {
            PyArrayObject* before = *output;
            *output = arrays[taken[k] - 1];
            Py_INCREF(*output);
            Py_XDECREF(before);
        } else if (theano_output(output, axes, dims, types[k], any && columns))
            return -1;
    }
    /* Along the output's smallest steps last, as it lies in memory. */
    const npy_intp* steps = PyArray_STRIDES(arrays[all - 1]);
    for (int axis = 0; axis < axes; axis++)
        if (dims[axis] != 1) {
            int place = several++;
            npy_intp step = steps[axis] < 0 ? -steps[axis] : steps[axis];
            for (; place > 0; place--) {
                npy_intp other = steps[order[place - 1]];
                if ((other < 0 ? -other : other) >= step)
                    break;
                order[place] = order[place - 1];
            }
            order[place] = axis;
        }
    /* Neighbouring axes along which all go on at the same pace are one. */
    walk->axes = 0;
    for (int i = 0; i < several; i++) {
        int axis = order[i], last = walk->axes - 1, same = last >= 0;
        npy_intp stride[THEANO_OPERANDS];
        for (int j = 0; j < all; j++) {
            stride[j] = j < inputs && broadcast[j * axes + axis] ? 0 : PyArray_STRIDES(arrays[j])[axis];
            same = same && operands[j].strides[last] == stride[j] * dims[axis];
        }
        if (!same)
            last = walk->axes++;
        walk->dims[last] = same ? walk->dims[last] * dims[axis] : dims[axis];
        for (int j = 0; j < all; j++)
            operands[j].strides[last] = stride[j];
    }
    npy_intp unit = 1;
    for (int j = 0; j < all; j++) {
        theano_operand* one = operands + j;
        npy_intp step = one->size, period = 1, repeats = 1;
        int in_place = 1;
        for (int i = walk->axes - 1; i >= 0; i--) {
            in_place = in_place && one->strides[i] == step;
            step *= walk->dims[i];
            /* After so many numbers the same ones come again. */
            repeats *= walk->dims[i];
            if (one->strides[i])
                period = repeats;
            one->index[i] = 0;
        }
        one->at = (char*) PyArray_DATA(arrays[j]);
        one->filled = 0;
        one->how = theano_operand::IN_PLACE;
        if (in_place || !walk->left)
            continue;
        plain = 0;
        one->how = theano_operand::MOVED;
        /* What is written goes back each time, even where somebody's array has one place for all. */
        if (j < inputs && period < walk->left && period <= THEANO_BLOCK
                && (unit % period == 0 || period % unit == 0)) {
            one->how = theano_operand::REPEATED;
            unit = unit < period ? period : unit;
        }
    }
    walk->step = plain ? walk->left : THEANO_BLOCK / unit * unit;
    walk->count = 0;
    return 0;
}
#define THEANO_MOVE(TYPE) { \\
    typedef TYPE __attribute__((may_alias)) number; \\
    number* there = (number*) beside; \\
    if (back) \\
        for (npy_intp i = 0; i < run; i++) *(number*) (one->at + i * stride) = there[i]; \\
    else if (!stride) { \\
        number same = *(number*) one->at; \\
        for (npy_intp i = 0; i < run; i++) there[i] = same; \\
    } else \\
        for (npy_intp i = 0; i < run; i++) there[i] = *(number*) (one->at + i * stride); \\
    } break;
/* Put an operand's next numbers side by side into its block, or back from there. */
static void theano_move(const theano_walk* walk, theano_operand* one, npy_intp count, int back) {
    const int last = walk->axes - 1;
    char* beside = one->block;
    while (count > 0) {
        npy_intp run = walk->dims[last] - one->index[last];
        const npy_intp stride = one->strides[last];
        if (run > count)
            run = count;
        switch (one->size) {
            case 1: THEANO_MOVE(npy_uint8)
            case 2: THEANO_MOVE(npy_uint16)
            case 4: THEANO_MOVE(npy_uint32)
            default: THEANO_MOVE(npy_uint64)
        }
        count -= run;
        beside += run * one->size;
        one->at += run * stride;
        one->index[last] += run;
        for (int axis = last; axis > 0 && one->index[axis] == walk->dims[axis]; axis--) {
            one->index[axis] = 0;
            one->index[axis - 1]++;
            one->at += one->strides[axis - 1] - walk->dims[axis] * one->strides[axis];
        }
    }
}
/* Done with one block, go to the next: return how many numbers it has, and where each operand's are. */
npy_intp theano_block(theano_walk* walk, char** sides) {
    for (int j = walk->inputs; walk->count && j < walk->all; j++)
        if (walk->operands[j].how == theano_operand::MOVED)
            theano_move(walk, walk->operands + j, walk->count, 1);
    walk->left -= walk->count;
    walk->count = walk->left < walk->step ? walk->left : walk->step;
    for (int j = 0; j < walk->all; j++) {
        theano_operand* one = walk->operands + j;
        if (one->how == theano_operand::IN_PLACE) {
            sides[j] = one->at;
            one->at += walk->count * one->size;
            continue;
        }
        sides[j] = one->block;
        if (j < walk->inputs && !one->filled) {
            theano_move(walk, one, walk->count, 0);
            one->filled = one->how == theano_operand::REPEATED;
        }
    }
    return walk->count;
}
"""
"""What serves them: compiled once, with the header (``precompiled``), and else in each module."""
OPERANDS = 60
"""An operation with more inputs and outputs is left to Theano's own code."""


def pattern(op: Any, node: Any) -> bytes:
    """Return what the module of an operation is told about one node: broadcast axes and taken places.

    Raises MethodNotDefined, which is how Theano asks whether there are params, for a node that is left to
    Theano's own code.
    """
    from theano.gof.utils import MethodNotDefined, uniq

    inputs = uniq(node.inputs)
    kinds = {each.type.dtype for each in [*inputs, *node.outputs]}
    if (
        type(op).__name__ != "Elemwise"  # one of those for graphics cards, which descend from it
        or op.openmp
        or getattr(op.scalar_op, "inner_float16", False)
        or not kinds <= KINDS
        or len(inputs) + len(node.outputs) > OPERANDS
    ):
        raise MethodNotDefined("get_params")
    taken = {output: 1 + inputs.index(node.inputs[place]) for output, place in op.inplace_pattern.items()}
    return bytes(
        [
            node.outputs[0].ndim,
            *(int(broadcast) for each in inputs for broadcast in each.type.broadcastable),
            *(taken.get(number, 0) for number in range(len(node.outputs))),
        ]
    )


def support(scalar_op: Any) -> str:
    """Return what goes before a module: what serves it, and what the arithmetic needs."""
    from theano.gof.utils import MethodNotDefined

    try:
        return DECLARED + DEFINED + str(scalar_op.c_support_code())
    except MethodNotDefined:
        return DECLARED + DEFINED


def c_code(
    op: Any, node: Any, name: str, inames: Sequence[str], onames: Sequence[str], sub: dict[str, str]
) -> str:
    """Return the C++ of a node, which is the same for all that its operation may be told by ``pattern``."""
    from theano.gof.utils import uniq

    if not hasattr(node.tag, "fake_node"):
        op.prepare_node(node, None, None, "c")
    inputs = uniq(inames)
    operands = [*inputs, *onames]
    task = op.scalar_op.c_code(
        node.tag.fake_node,
        f"{name}_scalar_",
        [f"{each}_i" for each in inames],
        [f"{each}_i" for each in onames],
        dict(sub),
    )
    types = ", ".join(f"NPY_{output.type.dtype.upper()}" for output in node.outputs)
    lines = [
        "// Op class Elemwise",
        "{",
        f"static const int types[] = {{{types}}};",
        f"PyArrayObject* arrays[] = {{{', '.join(operands)}}};",
        f"theano_operand operands[{len(operands)}];",
        f"theano_walk walk = {{operands, {len(inputs)}, {len(operands)}}};",
        f"char* sides[{len(operands)}];",
        *(
            f"dtype_{each} {each}_block[THEANO_BLOCK] __attribute__((aligned(64))); "
            f"operands[{number}].block = (char*) {each}_block; "
            f"operands[{number}].size = sizeof(dtype_{each});"
            for number, each in enumerate(operands)
        ),
        f"const int failed = theano_begin(&walk, {sub['params']}, arrays, types);",
        *(f"{each} = arrays[{number}];" for number, each in enumerate(onames, len(inputs))),
        f"if (failed) {{ {sub['fail']} }}",
        "while (const npy_intp count = theano_block(&walk, sides)) {",
        *(
            f"dtype_{each}* {each}_side = (dtype_{each}*) sides[{number}];"
            for number, each in enumerate(operands)
        ),
        # An output lies where an input does, or apart from all.
        "#pragma GCC ivdep",
        "for (npy_intp element = 0; element < count; element++) {",
        *(f"dtype_{each}& {each}_i = {each}_side[element];" for each in operands),
        f"{{ {task} }}",
        "}",
        "}",
        "}",
    ]
    return "\n".join(lines)
