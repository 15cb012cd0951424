def pack(integers):
    """integers: (2n) int8, from −8 to 7 → (n) uint8."""
    four_bits = (integers & 15).to(torch.uint8)
    return four_bits[0::2] | four_bits[1::2] << 4
