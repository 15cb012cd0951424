from workshop.site.figures.captioning import captioned
from workshop.teach.captions import scenes


def test_what_is_shown_was_said_in_words_of_the_lesson_and_looked_for() -> None:
    for scene in captioned()["scenes"]:
        assert set(scene["said"]) <= set(scenes.WORDS)
        assert len(scene["shares"]) == len(scene["said"])
        assert all(abs(sum(shares) - 1) < 0.05 for shares in scene["shares"])
    first = captioned()["scenes"][0]["said"]
    assert sum(word in captioned()["told"] for word in first) == 4
