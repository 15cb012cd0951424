def capitals(line):
    return {word for word in WORD.findall(line)[1:] if word[0].isupper() and word.split("'")[0] != "I"}
