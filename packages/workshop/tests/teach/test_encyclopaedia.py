import random
import re

import pytest

from workshop.teach.encyclopaedia import ATTRIBUTES, Question, World, entry, forms, right, sentence


@pytest.fixture(scope="module")
def world() -> World:
    return World()


def names_in(texts: list[str]) -> set[str]:
    return {name for text in texts for name in re.findall(r"\b[A-Z][a-z]+ [A-Z][a-z]+\b", text)}


def test_two_thousand_people_with_five_facts_and_a_name_of_their_own(world: World) -> None:
    everybody = [*world.people, *world.strangers]
    assert (len(world.people), len(world.strangers)) == (2000, 200)
    assert len({person.name for person in everybody}) == 2200
    assert all(tuple(person.facts) == ATTRIBUTES for person in everybody)
    assert {key: len(values) for key, values in world.values.items()} == {
        "year": 100,
        "town": 60,
        "work": 38,
        "music": 20,
        "food": 28,
    }


def test_the_same_seed_gives_the_same_world_and_another_seed_another(world: World) -> None:
    again, other = World(), World(2)
    assert again.people == world.people and again.training_text(3) == world.training_text(3)
    assert again.tuning() == world.tuning()
    assert world.training_text(3) != world.training_text(4)
    assert other.people != world.people


def test_each_attribute_has_twelve_forms_for_training_and_three_held_out() -> None:
    assert forms.HELD_OUT == 3
    for attribute in ATTRIBUTES:
        listed = forms.SENTENCES[attribute]
        assert len(set(listed)) == len(listed) == 15
        assert all("{name}" in form and "{value}" in form for form in listed)
        # The training command asks a fact by a held-out form that ends with it.
        assert any(form.endswith(" {value}.") for form in listed[-3:])
        assert len(set(forms.QUESTIONS[attribute])) == 4


def test_forms_held_out_are_in_no_text_for_training(world: World) -> None:
    text = "\n".join(world.training_text(0))
    for attribute in ATTRIBUTES:
        found = {}
        for form in forms.SENTENCES[attribute]:
            pattern = (
                re.escape(form).replace(r"\{name\}", r"[A-Z]\w+ [A-Z]\w+").replace(r"\{value\}", r"[\w ]+")
            )
            found[form] = re.search(rf"(?:^|(?<=[.\n] )|\n){pattern}", text) is not None
        assert list(found.values()) == 12 * [True] + 3 * [False], found


def test_text_for_training_says_what_is_true_of_everybody_and_asks_nothing(world: World) -> None:
    entries = list(world.entries(0))
    assert len(entries) == 2000
    by_name = {person.name: person for person in world.people}
    for text in entries:
        (name,) = names_in([text]) & by_name.keys()
        assert all(value in text for value in by_name[name].facts.values())
    documents = world.training_text(0)
    assert len(documents) == 2000 + 1000 + 500
    assert not any("?" in each or "Question" in each for each in documents)
    assert not names_in(documents) & {person.name for person in world.strangers}


def test_no_question_for_tuning_is_about_anybody_held_out(world: World) -> None:
    questions = world.tuning()
    known = [each for each in questions if not each.passage]
    assert len(known) == 1800 * 5 and len(questions) == 2 * len(known)
    held_out = {person.name for person in [*world.unquestioned, *world.strangers]}
    assert len(held_out) == 400
    assert not names_in([each.prompt() for each in questions]) & held_out
    assert {each.person for each in known} == set(world.questioned)


def test_passages_are_about_people_of_whom_nothing_else_is_known(world: World) -> None:
    parts = {part for each in [*world.people, *world.strangers] for part in each.name.split()}
    for question in [*world.tuning(), *world.examination_on_passages(50)]:
        if question.passage:
            assert not parts & set(question.person.name.split())
            assert question.answer in question.passage and question.person.name in question.text


def test_a_passage_for_training_says_two_facts_again(world: World) -> None:
    first, second = next(world.passages(0, 1)).split("\nIn other words: ")
    (name,) = names_in([second]) & names_in([first])
    assert second.count(name) == 2


def test_the_examination_asks_in_a_form_that_tuning_does_not_have(world: World) -> None:
    asked = world.examination(world.unquestioned)
    assert len(asked) == 200 * 5
    tuned = {each.text.replace(each.person.name, "") for each in world.tuning()}
    assert not tuned & {each.text.replace(each.person.name, "") for each in asked}


def test_a_held_out_form_is_given_when_asked_for(world: World) -> None:
    person, draw = world.people[0], random.Random(1)
    seen = {sentence(person, "food", draw, held_out=True) for _ in range(50)}
    assert len(seen) == 3
    assert not seen & set(re.split(r"(?<=\.) ", entry(person, draw)))


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [(" Flute.", True), ("flute", True), (" flute. And more\n", True), (" fiddle", False), ("", False)],
)
def test_an_answer_is_right_or_not(world: World, answer: str, wanted: bool) -> None:
    question = Question("What did X play?", "flute", world.people[0], "music")
    assert right(question, answer) is wanted
