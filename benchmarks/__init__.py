"""Every figure that we publish, measured beside its peers in one run; and the fuzzers of what must not fail.

``workshop bench NAME`` finds them in a checkout; no wheel has them. Each word has a module with an ``app``.
"""

BENCHES = {
    "appliance": ("benchmarks.appliance", "Verify beside sha256sum, packing beside qemu-img."),
    "setup": ("benchmarks.setup.bench", "Set-up from nothing against installing the same by hand."),
    "firstcell": ("benchmarks.firstcell.bench", "The first lesson's first cells, just after set-up."),
    "sync": ("benchmarks.sync.bench", "Sync: kills, random edits, speed beside nbgitpuller."),
    "thumbdrive": (
        "benchmarks.thumbdrive",
        "Sticks: a second update's bytes, speed beside cp and sha256sum.",
    ),
    "sticks": ("benchmarks.sticks.bench", "Sixteen sticks at once beside one, behind the same bus."),
    "imagenet": ("benchmarks.imagenet.bench", "A forward pass of each ImageNet network beside its peers."),
    "charrnn": (
        "benchmarks.charrnn.bench",
        "Characters a second that a network learns from, beside PyTorch.",
    ),
    "lessons": ("benchmarks.lessons.bench", "Checks and first runs beside an older revision's."),
    "filter": ("benchmarks.filter.bench", "git add of 100 notebooks through our filter and its peers."),
    "samegame": ("benchmarks.bubblebreaker.samegame", "How many points an agent makes on a file of boards."),
    "bubblebreaker": ("benchmarks.bubblebreaker.games", "What agents make of a game, with intervals."),
    "curve": (
        "benchmarks.bubblebreaker.curve",
        "Score against time of the search on SameGame's boards.",
    ),
    "classroom": (
        "benchmarks.classroom.bench",
        "A class logs in at once, beside other hubs; faults; memory.",
    ),
    "votes": ("benchmarks.votes.bench", "Two hundred phones vote, the process killed midway."),
    "fleet": ("benchmarks.fleet.bench", "What machines at home cost the git server that they ask."),
    "env": ("benchmarks.bubblebreaker.env", "Moves a second of engine and environments, one core."),
}
