# Answers to attention-attend beside its solution; `workshop lessons check` tries them.

# %% wrong: the future is not masked
def attend(queries, keys, values, mask):
    scores = tf.matmul(queries, keys, transpose_b=True) / queries.shape[-1] ** 0.5
    shares = tf.nn.softmax(scores)
    return tf.matmul(shares, values), shares


# %% wrong: the past is masked instead of the future
def attend(queries, keys, values, mask):
    scores = tf.matmul(queries, keys, transpose_b=True) / queries.shape[-1] ** 0.5
    shares = tf.nn.softmax(scores - mask * 1e9)
    return tf.matmul(shares, values), shares


# %% wrong: without the root of d
def attend(queries, keys, values, mask):
    scores = tf.matmul(queries, keys, transpose_b=True)
    shares = tf.nn.softmax(scores + (mask - 1) * 1e9)
    return tf.matmul(shares, values), shares


# %% wrong: divided by d, not by its root
def attend(queries, keys, values, mask):
    scores = tf.matmul(queries, keys, transpose_b=True) / queries.shape[-1]
    shares = tf.nn.softmax(scores + (mask - 1) * 1e9)
    return tf.matmul(shares, values), shares


# %% wrong: the keys are mixed, not the values
def attend(queries, keys, values, mask):
    scores = tf.matmul(queries, keys, transpose_b=True) / queries.shape[-1] ** 0.5
    shares = tf.nn.softmax(scores + (mask - 1) * 1e9)
    return tf.matmul(shares, keys), shares


# %% wrong: divided by 3, whatever d is
def attend(queries, keys, values, mask):
    scores = tf.matmul(queries, keys, transpose_b=True) / 3
    shares = tf.nn.softmax(scores + (mask - 1) * 1e9)
    return tf.matmul(shares, values), shares


# %% wrong: in numpy, through which no gradient comes back
def attend(queries, keys, values, mask):
    queries, keys, values, mask = (np.asarray(each) for each in (queries, keys, values, mask))
    scores = queries @ np.swapaxes(keys, -1, -2) / queries.shape[-1] ** 0.5 + (mask - 1) * 1e9
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares = powers / powers.sum(axis=-1, keepdims=True)
    return shares @ values, shares


# %% right: with einsum, and softmax by hand
def attend(queries, keys, values, mask):
    scores = tf.einsum("...nd,...md->...nm", queries, keys) / np.sqrt(queries.shape[-1])
    scores = tf.where(mask == 0, -1e9, scores)
    powers = tf.exp(scores - tf.reduce_max(scores, axis=-1, keepdims=True))
    shares = powers / tf.reduce_sum(powers, axis=-1, keepdims=True)
    return tf.einsum("...nm,...md->...nd", shares, values), shares


# %% also right
# 4: 1000000000.0 → 1000000001.0: one more or less in a thousand million leaves no share, either
