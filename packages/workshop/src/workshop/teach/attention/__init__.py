"""What the lesson on attention needs besides: how matrices learn quickly, and what is recorded."""
