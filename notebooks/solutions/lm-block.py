def block(x, parts, heads):
    """x: (batch, n, width) → the same shape."""
    three = parts["qkv"](parts["norm_1"](x)).chunk(3, dim=-1)
    query, key, value = (each.unflatten(-1, (heads, -1)).transpose(1, 2) for each in three)
    mixed = F.scaled_dot_product_attention(query, key, value, is_causal=True)
    x = x + parts["projection"](mixed.transpose(1, 2).flatten(2))
    return x + parts["mlp"](parts["norm_2"](x))
