# Answers to cnn-edge beside its solution; `workshop lessons check` tries them.

# %% wrong: upright edges instead of upper ones
top_edge = np.array([[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]], dtype="float32")


# %% wrong: lower edges: the sign is the other way
top_edge = np.array([[1, 1, 1], [0, 0, 0], [-1, -1, -1]], dtype="float32")


# %% wrong: it answers to ink, not to a change
top_edge = np.array([[0, 0, 0], [0, 0, 0], [1, 1, 1]], dtype="float32")


# %% wrong: a line instead of an edge
top_edge = np.array([[1, 1, 1], [-2, -2, -2], [1, 1, 1]], dtype="float32")


# %% right: a softer one, as Sobel has it
top_edge = np.array([[-1, -2, -1], [0, 0, 0], [1, 2, 1]], dtype="float32")


# %% wrong: nine numbers in one row
top_edge = [-1, -1, -1, 0, 0, 0, 1, 1, 1]


# %% right: of two rows, that find the edge one row higher
top_edge = [[-1, -1, -1], [1, 1, 1], [0, 0, 0]]
