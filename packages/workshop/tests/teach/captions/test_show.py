import numpy as np

from workshop.teach.captions import show


def test_pictures_of_ink_and_of_colours_have_their_sentences_below() -> None:
    ink, colours = np.ones((1, 56, 56)), np.zeros((20, 20, 3), np.uint8)
    figure = show.pictures([ink, colours, ink], [["a", "boot"], ["two", "bags"], ["a", "top"]], columns=2)
    assert [text.get_text() for axes in figure.axes for text in axes.texts] == ["a boot", "two bags", "a top"]
    assert len(figure.axes) == 4


def test_each_word_stands_over_where_it_was_looked_for() -> None:
    shares = np.zeros((2, 3, 4))
    shares[:, :, 2] = 1
    figure = show.looks(np.ones((2, 1, 8, 8)), [["a", "boot", "here"], ["bag"]], shares)
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == ["a", "boot", "here", "bag", "", ""]
    looked = figure.axes[0].images[1].get_array()
    assert looked is not None and np.asarray(looked).tolist() == [[0, 0], [1, 0]]
