"""Slides: decks put together from shared sections, by a schedule that says how long each part takes."""
