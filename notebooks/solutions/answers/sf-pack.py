# Stored answers to sf-pack; `workshop lessons check` tries them.

# %% wrong: the first in the upper bits
def pack(integers):
    four_bits = (integers & 15).to(torch.uint8)
    return four_bits[0::2] << 4 | four_bits[1::2]


# %% wrong: signs spill over
def pack(integers):
    return (integers[0::2] | integers[1::2] << 4).to(torch.uint8)


# %% wrong: halves instead of neighbours
def pack(integers):
    first, second = (integers & 15).to(torch.uint8).chunk(2)
    return first | second << 4


# %% wrong: eight is added, so zero becomes 8
def pack(integers):
    shifted = (integers + 8).to(torch.uint8)
    return shifted[0::2] | shifted[1::2] << 4


# %% right: with sums and products
def pack(integers):
    pairs = (integers.long() % 16).reshape(-1, 2)
    return (pairs[:, 0] + 16 * pairs[:, 1]).to(torch.uint8)
