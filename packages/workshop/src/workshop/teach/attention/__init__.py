"""What the lesson on attention needs besides: how matrices learn quickly, and its texts."""
