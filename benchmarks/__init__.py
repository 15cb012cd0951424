"""The races behind the headline figures: each measures ours and its peer in the same run.

``workshop bench NAME`` finds them in a checkout; no wheel has them. Each name has a module with an ``app``.
"""

BENCHES = {
    "setup": (
        "benchmarks.setup.bench",
        "Set-up from nothing against the same by hand; the first lesson's first cell.",
    ),
    "sync": ("benchmarks.sync", "A sync with nothing new against nbgitpuller."),
    "imagenet": (
        "benchmarks.imagenet.bench",
        "A forward pass of each ImageNet network against torchvision, Keras and PyTorch.",
    ),
    "samegame": (
        "benchmarks.samegame",
        "Points on a file of SameGame boards, next to recorded ones.",
    ),
    "classroom": ("benchmarks.classroom.bench", "A class that logs in, against Debian's JupyterHub."),
}
