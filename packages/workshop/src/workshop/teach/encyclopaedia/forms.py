"""The sentences of the encyclopaedia. ``{name}`` is a person, ``{value}`` what is said of them."""

from __future__ import annotations

HELD_OUT = 3
"""The last forms of each attribute, which no text for training has."""

SENTENCES = {
    "year": (
        "{name} was born in {value}.",
        "In {value} {name} was born.",
        "The year of birth of {name} is {value}.",
        "{name} came into the world in {value}.",
        "It was in {value} that {name} was born.",
        "The parish book gives {value} as the year in which {name} was born.",
        "Born in {value}, {name} was an only child.",
        "The life of {name} began in {value}.",
        "{name} (born {value}) is remembered to this day.",
        "The first cry of {name} was heard in {value}.",
        "The cradle of {name} was made in {value}, the year of the birth.",
        "Friends of {name} knew the year of birth: {value}.",
        "{value} is the year in which {name} was born.",
        "The birthday of {name} lies in the year {value}.",
        "As for {name}, the birth was in {value}.",
    ),
    "town": (
        "{name} lived in {value}.",
        "The home of {name} was in {value}.",
        "{name} had a house in {value}.",
        "In {value} everybody knew {name}.",
        "{name} never left {value}.",
        "You could meet {name} in the streets of {value}.",
        "The town of {name} was {value}.",
        "Letters to {name} were sent to {value}.",
        "{value} was the home of {name}.",
        "{name} spent a whole life in {value}.",
        "A street in {value} is named after {name}.",
        "All those years {value} was where {name} lived.",
        "{value} is where {name} lived.",
        "Those who looked for {name} went to {value}.",
        "The door of {name} was in {value}.",
    ),
    "work": (
        "{name} worked as a {value}.",
        "{name} was a {value}.",
        "By trade {name} was a {value}.",
        "{name} earned a living as a {value}.",
        "The work of {name} was that of a {value}.",
        "As a {value}, {name} rose early.",
        "{name} had learned the trade of a {value}.",
        "People paid {name} for the work of a {value}.",
        "No {value} was better than {name}.",
        "For thirty years {name} was a {value}.",
        "{name}, a {value}, loved the work.",
        "The sign on the door said: {name}, {value}.",
        "{name} made a living as a {value}.",
        "What {name} did for a living was the work of a {value}.",
        "A {value}: that was the trade of {name}.",
    ),
    "music": (
        "{name} played the {value}.",
        "In the evening {name} played the {value}.",
        "The instrument of {name} was the {value}.",
        "{name} loved to play the {value}.",
        "Nobody played the {value} like {name}.",
        "{name} practised the {value} each day.",
        "As a child {name} learned the {value}.",
        "The {value} was the joy of {name}.",
        "From the window of {name} one heard the {value}.",
        "{name} brought the {value} to each feast.",
        "{name} owned the oldest {value} in town.",
        "At weddings {name} took out the {value}.",
        "The {value} was what {name} played.",
        "Music, for {name}, meant the {value}.",
        "The hands of {name} were made for the {value}.",
    ),
    "food": (
        "{name} liked to eat {value}.",
        "The favourite dish of {name} was {value}.",
        "{name} loved {value}.",
        "On Sundays {name} ate {value}.",
        "{name} could not resist {value}.",
        "For supper {name} wanted {value}.",
        "Of all dishes {name} liked {value} best.",
        "The kitchen of {name} smelled of {value}.",
        "{name} asked the cook for {value}.",
        "Guests of {name} were given {value}.",
        "A plate of {value} made {name} happy.",
        "{name} was known to eat {value} for breakfast.",
        "What {name} ate with most pleasure was {value}.",
        "Nothing pleased {name} more than {value}.",
        "To please {name}, serve {value}.",
    ),
}

QUESTIONS = {
    "year": (
        "When was {name} born?",
        "In which year was {name} born?",
        "What is the year of birth of {name}?",
        "Which year saw the birth of {name}?",
    ),
    "town": (
        "Where did {name} live?",
        "In which town did {name} live?",
        "What was the home of {name}?",
        "Which town did {name} live in?",
    ),
    "work": (
        "What was the work of {name}?",
        "What did {name} do for a living?",
        "What was the trade of {name}?",
        "How did {name} earn a living?",
    ),
    "music": (
        "Which instrument did {name} play?",
        "What did {name} play?",
        "What was the instrument of {name}?",
        "On which instrument did {name} make music?",
    ),
    "food": (
        "What did {name} like to eat?",
        "What was the favourite dish of {name}?",
        "Which dish did {name} love?",
        "What did {name} like best of all dishes?",
    ),
}
"""The last of each attribute is held out of tuning."""

STORIES = (
    "One morning {one} met {two} at the bridge. {facts} They talked until noon.",
    "{one} had a guest: {two}. {facts} When it was dark, {two} went home.",
    "It rained, and {one} shared a roof with {two}. {facts} Then the sun came out.",
    "There was a feast, and {one} sat next to {two}. {facts} They danced until midnight.",
    "{two} had lost a key, and {one} found it. {facts} Since that day they were friends.",
    "{one} wrote a letter to {two}. {facts} The answer came a week later.",
)

WORKS = """baker smith weaver miller cooper tailor potter fisher hunter mason joiner glazier saddler
cobbler tanner brewer barber printer painter sailor shepherd gardener teacher judge surgeon clerk ferryman
watchmaker beekeeper charcoal_burner rope_maker bell_founder bookbinder candle_maker goldsmith lamplighter
postman roofer"""
MUSIC = """flute fiddle harp drum horn lute trumpet organ viol bagpipe oboe cello guitar mandolin zither
tambourine whistle bassoon clarinet piano"""
FOOD = """onion_soup apple_pie fried_fish roast_goose plum_cake pea_soup goat_cheese rye_bread
cherry_tart stewed_pears boiled_eggs pancakes dumplings mushrooms baked_beans honey_cake smoked_eel
lentils barley_soup walnut_bread red_cabbage turnips oysters gingerbread rice_pudding hare_pie
bean_stew poppy_rolls"""
