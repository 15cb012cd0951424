def search(question, counts):
    """question: (vocabulary), counts: (documents, vocabulary) → cosines (documents)."""
    documents = (counts > 0).sum(dim=0).clamp(min=1)
    rarity = (len(counts) / documents).log()
    return F.cosine_similarity(counts * rarity, (question * rarity)[None], dim=1)
