def cache_bytes(layers, kv_heads, head_size, tokens, bytes_each):
    """The size of a KV cache, in bytes."""
    return 2 * layers * kv_heads * head_size * tokens * bytes_each
