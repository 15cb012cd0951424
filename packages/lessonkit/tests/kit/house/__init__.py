"""A package of a house, whose sources the static rules read; nothing imports it."""
