# Stored answers to attention-heads; `workshop lessons check` tries them.

# %% wrong: one wide head
def multi_head(query, key, value, heads, mask):
    output, weights = attention(query, key, value, mask)
    return output, weights[:, None].expand(-1, heads, -1, -1)


# %% wrong: reshaped without a transpose, so that a head mixes positions
def multi_head(query, key, value, heads, mask):
    batch, n, width = query.shape
    query, key, value = (each.reshape(batch, heads, n, width // heads) for each in (query, key, value))
    output, weights = attention(query, key, value, mask)
    return output.reshape(batch, n, width), weights


# %% wrong: concatenated without transposing back
def multi_head(query, key, value, heads, mask):
    query, key, value = (each.unflatten(-1, (heads, -1)).transpose(1, 2) for each in (query, key, value))
    output, weights = attention(query, key, value, mask)
    return output.reshape(query.shape[0], query.shape[2], -1), weights


# %% wrong: every head takes each third number
def multi_head(query, key, value, heads, mask):
    query, key, value = (each.unflatten(-1, (-1, heads)).permute(0, 3, 1, 2) for each in (query, key, value))
    output, weights = attention(query, key, value, mask)
    return output.transpose(1, 2).flatten(2), weights


# %% wrong: the heads are averaged, not concatenated
def multi_head(query, key, value, heads, mask):
    query, key, value = (each.unflatten(-1, (heads, -1)).transpose(1, 2) for each in (query, key, value))
    output, weights = attention(query, key, value, mask)
    return output.mean(dim=1), weights


# %% wrong: query and key swapped
def multi_head(query, key, value, heads, mask):
    query, key, value = (each.unflatten(-1, (heads, -1)).transpose(1, 2) for each in (query, key, value))
    output, weights = attention(key, query, value, mask)
    return output.transpose(1, 2).flatten(2), weights


# %% right: head by head
def multi_head(query, key, value, heads, mask):
    parts = [each.chunk(heads, dim=-1) for each in (query, key, value)]
    found = [attention(*slices, mask) for slices in zip(*parts)]
    outputs, weights = zip(*found)
    return torch.cat(outputs, dim=-1), torch.stack(weights, dim=1)
