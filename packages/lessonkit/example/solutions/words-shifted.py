def shifted(text, by):
    return "".join(chr((ord(letter) - 97 + by) % 26 + 97) for letter in text)
