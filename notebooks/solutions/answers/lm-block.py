# Stored answers to lm-block; `workshop lessons check` tries them.

# %% wrong: not causal
def block(x, parts, heads):
    three = parts["qkv"](parts["norm_1"](x)).chunk(3, dim=-1)
    query, key, value = (each.unflatten(-1, (heads, -1)).transpose(1, 2) for each in three)
    mixed = F.scaled_dot_product_attention(query, key, value)
    x = x + parts["projection"](mixed.transpose(1, 2).flatten(2))
    return x + parts["mlp"](parts["norm_2"](x))


# %% wrong: one wide head
def block(x, parts, heads):
    query, key, value = parts["qkv"](parts["norm_1"](x)).chunk(3, dim=-1)
    mixed = F.scaled_dot_product_attention(query, key, value, is_causal=True)
    x = x + parts["projection"](mixed)
    return x + parts["mlp"](parts["norm_2"](x))


# %% wrong: heads are joined without undoing the transpose
def block(x, parts, heads):
    three = parts["qkv"](parts["norm_1"](x)).chunk(3, dim=-1)
    query, key, value = (each.unflatten(-1, (heads, -1)).transpose(1, 2) for each in three)
    mixed = F.scaled_dot_product_attention(query, key, value, is_causal=True)
    x = x + parts["projection"](mixed.reshape(x.shape))
    return x + parts["mlp"](parts["norm_2"](x))


# %% wrong: nothing is added
def block(x, parts, heads):
    three = parts["qkv"](parts["norm_1"](x)).chunk(3, dim=-1)
    query, key, value = (each.unflatten(-1, (heads, -1)).transpose(1, 2) for each in three)
    mixed = F.scaled_dot_product_attention(query, key, value, is_causal=True)
    return parts["mlp"](parts["norm_2"](parts["projection"](mixed.transpose(1, 2).flatten(2))))


# %% wrong: the MLP reads the old x
def block(x, parts, heads):
    three = parts["qkv"](parts["norm_1"](x)).chunk(3, dim=-1)
    query, key, value = (each.unflatten(-1, (heads, -1)).transpose(1, 2) for each in three)
    mixed = F.scaled_dot_product_attention(query, key, value, is_causal=True)
    return x + parts["projection"](mixed.transpose(1, 2).flatten(2)) + parts["mlp"](parts["norm_2"](x))


# %% wrong: keys before queries
def block(x, parts, heads):
    three = parts["qkv"](parts["norm_1"](x)).chunk(3, dim=-1)
    key, query, value = (each.unflatten(-1, (heads, -1)).transpose(1, 2) for each in three)
    mixed = F.scaled_dot_product_attention(query, key, value, is_causal=True)
    x = x + parts["projection"](mixed.transpose(1, 2).flatten(2))
    return x + parts["mlp"](parts["norm_2"](x))


# %% right: attention by hand
def block(x, parts, heads):
    batch, n, width = x.shape
    three = parts["qkv"](parts["norm_1"](x)).reshape(batch, n, 3, heads, width // heads)
    query, key, value = three.permute(2, 0, 3, 1, 4)
    scores = query @ key.transpose(-2, -1) / (width // heads) ** 0.5
    past = torch.ones(n, n, dtype=torch.bool).tril()
    attended = scores.masked_fill(~past, -torch.inf).softmax(dim=-1) @ value
    x = x + parts["projection"](attended.transpose(1, 2).reshape(batch, n, width))
    return x + parts["mlp"](parts["norm_2"](x))
