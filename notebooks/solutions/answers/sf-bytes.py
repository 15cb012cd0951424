# Stored answers to sf-bytes; `workshop lessons check` tries them.

# %% wrong: keys alone
def cache_bytes(layers, kv_heads, head_size, tokens, bytes_each):
    return layers * kv_heads * head_size * tokens * bytes_each


# %% wrong: numbers instead of bytes
def cache_bytes(layers, kv_heads, head_size, tokens, bytes_each):
    return 2 * layers * kv_heads * head_size * tokens


# %% wrong: queries, too
def cache_bytes(layers, kv_heads, head_size, tokens, bytes_each):
    return 3 * layers * kv_heads * head_size * tokens * bytes_each


# %% wrong: a matrix of attention, tokens by tokens
def cache_bytes(layers, kv_heads, head_size, tokens, bytes_each):
    return layers * kv_heads * tokens**2 * bytes_each


# %% right: a token first
def cache_bytes(layers, kv_heads, head_size, tokens, bytes_each):
    a_token = layers * (kv_heads * head_size + kv_heads * head_size)
    return tokens * a_token * bytes_each
