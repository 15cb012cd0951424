"""An encyclopaedia of people who never lived: a world whose truth is known.

A model that has read it can be questioned, and each of its errors counted: what is true of 2,000 people,
which of them no question for tuning is about, and which sentences no text for training has. A seed decides
everything; the same seed gives the same world, text and questions.

>>> world = World(people=50, unquestioned=5, strangers=5)
>>> len(world.questioned), len(world.unquestioned), len(world.strangers)
(45, 5, 5)
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from workshop.teach.encyclopaedia import forms

ATTRIBUTES = tuple(forms.SENTENCES)
"""What is known of each person: year, town, work, music, food."""
_ONSETS: tuple[str, ...] = (
    "b",
    "br",
    "d",
    "dr",
    "f",
    "fl",
    "g",
    "gr",
    "h",
    "j",
    "k",
    "kl",
    "l",
    "m",
    "n",
    "p",
    "pr",
)
_ONSETS += ("r", "s", "st", "t", "tr", "v", "w", "z")


@dataclass(frozen=True)
class Person:
    """Somebody who never lived."""

    name: str
    facts: dict[str, str] = field(hash=False)
    """For each attribute its value."""


@dataclass(frozen=True)
class Question:
    """A question, the person it is about, and its only right answer."""

    text: str
    answer: str
    person: Person
    attribute: str
    passage: str = ""
    """What the answer must be read from; empty if the encyclopaedia says it."""

    def prompt(self) -> str:
        """Return what a model is to continue."""
        return f"{self.passage and self.passage + chr(10)}Question: {self.text}\nAnswer:"


class World:
    """All people, their facts, and text about them."""

    def __init__(
        self, seed: int = 1, *, people: int = 2000, unquestioned: int = 200, strangers: int = 200
    ) -> None:
        """Invent ``people``; questions for tuning are about all but ``unquestioned`` of them.

        ``strangers`` have names and facts as the others do, but no text for training has them: nobody who
        has read the encyclopaedia knows anything about them.
        """
        draw = random.Random(f"people {seed}")
        self.seed = seed
        self.values = _values(draw)
        invented = _people(draw, self.values, people + strangers)
        self.people = invented[:people]
        self.strangers = invented[people:]
        self.questioned = self.people[unquestioned:]
        self.unquestioned = self.people[:unquestioned]
        self._given, self._family = _names(random.Random(f"passages {seed}"), 200, 500)
        names = {person.name for person in invented}
        parts = {part for name in names for part in name.split()}
        # Names in passages share no part with anybody's: what is said there is known from there alone.
        self._given = [each for each in self._given if each not in parts]
        self._family = [each for each in self._family if each not in parts]

    def entries(self, version: int, people: Sequence[Person] | None = None) -> Iterator[str]:
        """Yield an entry about each of the people, in words and an order of its own for each ``version``.

        People: those of the encyclopaedia if nobody is named.
        """
        draw = random.Random(f"entries {self.seed} {version}")
        chosen = self.people if people is None else people
        for person in draw.sample(chosen, len(chosen)):
            yield entry(person, draw)

    def stories(self, version: int) -> Iterator[str]:
        """Yield stories in which each person meets another; they agree with the entries."""
        draw = random.Random(f"stories {self.seed} {version}")
        order = draw.sample(self.people, len(self.people))
        for one, two in zip(order[::2], order[1::2], strict=False):
            told = [sentence(person, draw.choice(ATTRIBUTES), draw) for person in (one, two, one, two)]
            yield draw.choice(forms.STORIES).format(one=one.name, two=two.name, facts=" ".join(told))

    def passages(self, version: int, count: int) -> Iterator[str]:
        """Yield entries about people who stand nowhere else, and below each what it says, in other words.

        The second part can be predicted only by reading the first.
        """
        draw = random.Random(f"passages {self.seed} {version}")
        for _ in range(count):
            person = self._passer_by(draw)
            again = " ".join(sentence(person, attribute, draw) for attribute in draw.sample(ATTRIBUTES, 2))
            yield f"{entry(person, draw)}\nIn other words: {again}"

    def training_text(self, version: int) -> list[str]:
        """Return documents of one version, shuffled: entries, stories and passages, no questions."""
        documents = [*self.entries(version), *self.stories(version)]
        documents += self.passages(version, len(self.people) // 4)
        random.Random(f"order {self.seed} {version}").shuffle(documents)
        return documents

    def tuning(self, version: int = 0) -> list[Question]:
        """Return questions for tuning: each attribute of each questioned person, and as many on passages."""
        draw = random.Random(f"tuning {self.seed} {version}")
        known = [_question(person, each, draw) for person in self.questioned for each in ATTRIBUTES]
        read = [self._on_passage(draw) for _ in known]
        return draw.sample(known + read, len(known) + len(read))

    def examination(self, people: Sequence[Person], *, held_out: bool = True) -> list[Question]:
        """Return each attribute's question about ``people``, in the form that tuning does not have."""
        draw = random.Random(f"examination {self.seed}")
        return [_question(each, name, draw, held_out=held_out) for each in people for name in ATTRIBUTES]

    def examination_on_passages(self, count: int) -> list[Question]:
        """Return questions on passages that tuning does not have."""
        draw = random.Random(f"examination on passages {self.seed}")
        return [self._on_passage(draw, held_out=True) for _ in range(count)]

    def _passer_by(self, draw: random.Random) -> Person:
        name = f"{draw.choice(self._given)} {draw.choice(self._family)}"
        return Person(name, {key: draw.choice(values) for key, values in self.values.items()})

    def _on_passage(self, draw: random.Random, *, held_out: bool = False) -> Question:
        person, attribute = self._passer_by(draw), draw.choice(ATTRIBUTES)
        return _question(person, attribute, draw, held_out=held_out, passage=entry(person, draw))


def sentence(person: Person, attribute: str, draw: random.Random, *, held_out: bool = False) -> str:
    """Say one fact, in a form for training or in one of those that are held out."""
    among: tuple[str, ...] = forms.SENTENCES[attribute]
    among = among[-forms.HELD_OUT :] if held_out else among[: -forms.HELD_OUT]
    return draw.choice(among).format(name=person.name, value=person.facts[attribute])


def entry(person: Person, draw: random.Random) -> str:
    """Say all that is known of a person, in a random order."""
    return " ".join(sentence(person, each, draw) for each in draw.sample(ATTRIBUTES, len(ATTRIBUTES)))


def right(question: Question, answer: str) -> bool:
    """Say whether an answer's first line is the right one, but for case, spaces and the full stop."""
    first = (answer.strip().splitlines() or [""])[0]
    return first.split(".")[0].strip().lower() == question.answer.lower()


def _question(
    person: Person, attribute: str, draw: random.Random, *, held_out: bool = False, passage: str = ""
) -> Question:
    among = forms.QUESTIONS[attribute]
    text = (among[-1] if held_out else draw.choice(among[:-1])).format(name=person.name)
    return Question(text, person.facts[attribute], person, attribute, passage)


def _values(draw: random.Random) -> dict[str, list[str]]:
    towns = sorted({_word(draw, 2) + draw.choice(("by", "ford", "ham", "mouth", "wick")) for _ in range(70)})
    split = {
        name: [word.replace("_", " ") for word in words.split()]
        for name, words in (("work", forms.WORKS), ("music", forms.MUSIC), ("food", forms.FOOD))
    }
    return {"year": [str(year) for year in range(1700, 1800)], "town": towns[:60], **split}


def _people(draw: random.Random, values: dict[str, list[str]], count: int) -> list[Person]:
    given, family = _names(draw, 200, 500)
    pairs = draw.sample([(one, two) for one in given for two in family], count)
    return [
        Person(f"{one} {two}", {key: draw.choice(each) for key, each in values.items()}) for one, two in pairs
    ]


def _names(draw: random.Random, given: int, family: int) -> tuple[list[str], list[str]]:
    words: dict[str, None] = {}  # keeps the order, which a set does not
    while len(words) < given + family:
        words[_word(draw, 2) if len(words) < given else _word(draw, 2) + draw.choice("nrslt")] = None
    both = list(words)
    return both[:given], both[given:]


def _word(draw: random.Random, syllables: int) -> str:
    parts = [
        draw.choice(_ONSETS) + draw.choice(("a", "e", "i", "o", "u", "ai", "ou")) for _ in range(syllables)
    ]
    return "".join(parts).capitalize()
