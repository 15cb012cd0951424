def step(block, x, past):
    """x: (1, 1, width), past: (keys, values) → the new x, and (keys, values) with one position more."""
    three = block.attended(block.norm_1(x)).chunk(3, dim=-1)
    query, key, value = (each.unflatten(-1, (block.heads, -1)).transpose(1, 2) for each in three)
    keys = torch.cat([past[0], key], dim=2)
    values = torch.cat([past[1], value], dim=2)
    mixed = F.scaled_dot_product_attention(query, keys, values)
    x = x + block.projection(mixed.transpose(1, 2).flatten(2))
    return x + block.mlp(block.norm_2(x)), (keys, values)
