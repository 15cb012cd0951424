"""The seven regions: which nationalities they are."""

from __future__ import annotations

NATIONALITIES: dict[str, tuple[str, ...]] = {
    "China": ("Chinese",),
    "India": ("Indian",),
    "Thailand": ("Thai",),
    "Malaysia": ("Malaysian",),
    "Japan": ("Japanese",),
    "Philippines": ("Filipino",),
    "European": (
        "Albanian", "Andorran", "Austrian", "Basque", "Belarusian", "Belgian", "Bosniak", "Breton",
        "British", "Bulgarian", "Catalan", "Croat", "Cypriot", "Czech", "Dane", "Dutch", "English",
        "Estonian", "Faroese", "Finn", "French", "German", "Gibraltarian", "Greek", "Hungarian", "Irish",
        "Italian", "Latvian", "Lithuanian", "Macedonian", "Maltese", "Manx", "Moldovan", "Montenegrin",
        "Norwegian", "Pole", "Portuguese", "Romanian", "Russian", "Sammarinese", "Serb", "Slovak",
        "Slovene", "Ukrainian", "Welsh",
    ),
}  # fmt: skip
"""The nationalities of each region, as the data set spells them."""

REGIONS = tuple(NATIONALITIES)
"""The regions in the order of their labels, 0 to 6."""

REGION_OF = {kind: region for region, kinds in NATIONALITIES.items() for kind in kinds}
"""The region of a nationality."""
