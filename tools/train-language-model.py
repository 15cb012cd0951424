#!/usr/bin/env python3
"""Train the workshop's small language model on the encyclopaedia and on Shakespeare's plays.

    VENVS/pytorch/bin/python tools/train-language-model.py FOLDER

It trains for hours on one processor, saves a checkpoint in FOLDER every few minutes, and goes on from there
when it is called again: stop it when you like. A step's batch depends on its number alone, so a training that
was stopped ends with the same weights as one that was not. FOLDER then holds

    checkpoint.pt   all that going on needs
    merges.json     the tokens (workshop.teach.bytepairs)
    model.npz       the weights in half precision
    card.md         what it was trained on, its figures, licence and limits

The PyTorch environment of a machine that is set up has all it needs; `workshop data fetch shakespeare` brings
the plays. Questions and answers (World.tuning) are not part of this training.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

PACKAGES = Path(__file__).resolve().parents[1] / "packages"
sys.path[:0] = [str(PACKAGES / name / "src") for name in ("workshop", "lessonkit")]

from workshop.teach import bytepairs, languagemodel, plays  # noqa: E402
from workshop.teach.encyclopaedia import ATTRIBUTES, World, forms  # noqa: E402

VERSIONS = 12  # of each entry, in other words and another order
ENCYCLOPAEDIA = 5 / 6  # of all windows; the rest are Shakespeare's
FIRST = 10
"""In the first tenth of the steps the encyclopaedia is about a tenth of its people.

At first a model learns only the forms of sentences. Before it recalls any fact there is a plateau, which
grows with the number of people (Zucchet and others, *How do language models learn facts?*, 2025). Of 200
people a model that knew the forms learned the facts in 250 steps; of 2,000 it had learned none after 4,400.
"""


@dataclass
class Material:
    """What is learnt from and what is asked, in tokens."""

    world: World
    merges: list[bytepairs.Pair]
    training: list[torch.Tensor]
    """The encyclopaedia, and the plays."""
    first: torch.Tensor
    """Entries about a tenth of the people."""
    held_out: dict[str, torch.Tensor]


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="for the checkpoint, the tokens, the weights and the card")
    parser.add_argument("--steps", type=int, default=14_000, help="of the whole training (14,000)")
    parser.add_argument("--batch", type=int, default=8, help="windows a step (8)")
    parser.add_argument("--rate", type=float, default=0.0015, help="the largest learning rate (0.0015)")
    parser.add_argument("--bfloat16", action="store_true", help="twice as fast on processors with AMX")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="of the processor (1)")
    parser.add_argument("--every", type=float, default=300, help="seconds between two checkpoints (300)")
    parser.add_argument("--people", type=int, default=2000, help="in the encyclopaedia (2,000)")
    for name, size in languagemodel.Shape().as_dict().items():
        parser.add_argument(f"--{name}", type=int, default=size, help=f"of the model ({size:,})")
    return parser.parse_args()


def material(settings: dict[str, Any], folder: Path) -> Material:
    """Write the world, learn the tokens (or read them, if the folder has them), and encode all text."""
    world = World(settings["seed"], people=settings["people"], unquestioned=settings["people"] // 10)
    shakespeare = plays.corpus()
    written = ["\n\n".join(world.training_text(version)) for version in range(VERSIONS)]
    tenth = world.questioned[-len(world.people) // FIRST :]
    few = [text for version in range(VERSIONS) for text in world.entries(version, tenth)]
    file = folder / "merges.json"
    if not file.exists():
        bytepairs.save(
            bytepairs.train(written[0] + shakespeare.train[: len(written[0])], settings["vocabulary"]), file
        )
    merges = bytepairs.load(file)
    encoder = bytepairs.Encoder(merges)

    def encoded(text: str) -> torch.Tensor:
        return torch.tensor(encoder.encode(text), dtype=torch.int16)

    again = "\n\n".join(world.training_text(VERSIONS)[:100])
    return Material(
        world,
        merges,
        [encoded("\n\n".join(written)), encoded(shakespeare.train)],
        encoded("\n\n".join(few)),
        {"encyclopaedia, in other words": encoded(again), "Shakespeare": encoded(shakespeare.ends[:30_000])},
    )


def windows(settings: dict[str, Any], step: int, known: Material) -> torch.Tensor:
    """Return the batch of a step, which depends on nothing but its number and the seed."""
    draw = np.random.default_rng([settings["seed"], step])
    length = settings["context"] + 1
    encyclopaedia, shakespeare = known.training
    if step < settings["steps"] // FIRST:
        encyclopaedia = known.first
    rows = []
    for _ in range(settings["batch"]):
        text = encyclopaedia if draw.random() < ENCYCLOPAEDIA else shakespeare
        start = int(draw.integers(len(text) - length))
        rows.append(text[start : start + length])
    return torch.stack(rows).long()


def rate_at(settings: dict[str, Any], step: int) -> float:
    """Rise over 200 steps, stay, and fall to zero over the last third."""
    rising, left = min(1.0, (step + 1) / 200), (settings["steps"] - step) / (settings["steps"] / 3)
    return float(settings["rate"] * min(rising, left, 1.0))


def losses(model: Any, known: Material) -> dict[str, float]:
    """Return the loss on held-out text, in nats a character (a token's length depends on the tokens)."""
    spelled = bytepairs.spellings(known.merges)
    # A byte of UTF-8 begins a character unless its first two bits are 10.
    lengths = torch.tensor([sum(byte >> 6 != 2 for byte in each) for each in spelled])
    half = model.shape.context // 2
    figures = {}
    for name, tokens in known.held_out.items():
        total, counted = languagemodel.nats(model, tokens)
        # The same tokens as languagemodel.nats counts: all of the second halves, one after the other.
        characters = lengths[tokens[half + 1 : half + 1 + counted].long()].sum().item()
        figures[name] = total / characters
    return figures


def recalled(model: Any, known: Material, count: int = 20) -> dict[str, float]:
    """Return the fraction of facts that complete sentences whose form the training did not have.

    Of the people in the encyclopaedia, and of strangers, whom guessing alone can hit.
    """
    encoder = bytepairs.Encoder(known.merges)
    (stop,) = encoder.encode(".")
    figures = {}
    for group, people in (("people", known.world.people), ("strangers", known.world.strangers)):
        hits = tries = 0
        for person in people[:count]:
            for attribute in ATTRIBUTES:
                form = next(each for each in forms.SENTENCES[attribute][::-1] if each.endswith(" {value}."))
                start = form.removesuffix(" {value}.").format(name=person.name)
                tokens = encoder.encode(start)
                made = languagemodel.complete(model, tokens, 14, until=stop)
                text = encoder.decode(made[len(tokens) :]).split(".")[0].strip()
                hits += text == person.facts[attribute]
                tries += 1
        figures[group] = hits / tries
    return figures


def write_atomically(file: Path, write: Any) -> None:
    """Write a file whole or not at all: whoever is killed meanwhile leaves the last one."""
    part = file.with_name(f"{file.name}.part")
    with part.open("wb") as stream:
        write(stream)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(file)


def card(settings: dict[str, Any], step: int, figures: dict[str, Any], weights: int) -> str:
    """Return the model's card."""
    rows = "\n".join(f"| {name} | {figure:.3f} |" for name, figure in figures["loss"].items())
    known, strangers = figures["recalled"]["people"], figures["recalled"]["strangers"]
    return f"""# The workshop's language model

A transformer of {weights:,} weights: {settings["layers"]} layers of width {settings["width"]},
{settings["heads"]} heads, context {settings["context"]}, {settings["vocabulary"]:,} tokens.

**Training.** `tools/train-language-model.py{" --bfloat16" if settings["bfloat16"] else ""}`:
{step:,} of {settings["steps"]:,} steps of {settings["batch"]} windows,
seed {settings["seed"]};
{figures["cpu_hours"]:.2f} CPU hours, {figures["tokens_a_second"]:,.0f} tokens a CPU second.

**Data.** {VERSIONS} versions of an encyclopaedia of {settings["people"]:,} invented people
(`workshop.teach.encyclopaedia`), five sixths of what it reads, and Shakespeare's plays but for four and the
ends of the others (`workshop.teach.plays`). No question or answer is among them, nor the last three forms of
each attribute.

| held-out text | loss, nats a character |
|---|---|
{rows}

Facts completed in a form of sentence that no training text has: {known:.1%} of people in the encyclopaedia,
{strangers:.1%} of strangers, about whom it can only guess; 100 facts each.

**Licence.** The workshop's: a program wrote the encyclopaedia, and the plays are in the public domain.

**Limits.** It knows invented people and no others; whatever it says about the world is made up. It completes
text and answers no questions. It gives facts to names that it has never met. English only.
"""


def main() -> None:
    """Train, from the checkpoint if there is one."""
    given = vars(arguments())
    folder: Path = given.pop("folder")
    threads, every = given.pop("threads"), given.pop("every")
    torch.set_num_threads(threads)
    folder.mkdir(parents=True, exist_ok=True)
    checkpoint = folder / "checkpoint.pt"
    known = material(given, folder)
    shape = languagemodel.Shape(**{name: given[name] for name in languagemodel.Shape().as_dict()})
    torch.manual_seed(given["seed"])
    model = languagemodel.LanguageModel(shape)
    decayed = [weights for weights in model.parameters() if weights.dim() == 2]
    others = [weights for weights in model.parameters() if weights.dim() != 2]
    groups = [{"params": decayed, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=given["rate"], betas=(0.9, 0.95))
    step, before = 0, 0.0
    if checkpoint.exists():
        stored = torch.load(checkpoint, weights_only=True)
        if stored["settings"] != given:
            sys.exit(f"{folder} holds a training with other settings: {json.dumps(stored['settings'])}")
        model.load_state_dict(stored["model"])
        optimizer.load_state_dict(stored["optimizer"])
        step, before = stored["step"], stored["cpu_seconds"]
    count = sum(weights.numel() for weights in model.parameters())
    texts = ", ".join(f"{len(each):,}" for each in known.training)
    print(f"{count:,} weights, {texts} tokens; from step {step:,} to {given['steps']:,}", flush=True)

    def note() -> None:
        seconds = before + time.process_time() - started
        state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step}
        state |= {"settings": given, "cpu_seconds": seconds}
        write_atomically(checkpoint, lambda stream: torch.save(state, stream))
        speed = step * given["batch"] * given["context"] / seconds
        figures = {"loss": losses(model, known), "recalled": recalled(model, known)}
        figures |= {"tokens_a_second": speed, "cpu_hours": seconds / 3600}
        halves = {name: each.numpy().astype(np.float16) for name, each in model.state_dict().items()}
        write_atomically(folder / "model.npz", lambda stream: np.savez(stream, **halves))
        text = card(given, step, figures, count)
        write_atomically(folder / "card.md", lambda stream: stream.write(text.encode()))
        rounded = {name: round(loss, 3) for name, loss in figures["loss"].items()}
        print(step, rounded, figures["recalled"], f"{speed:.0f} tokens a second", flush=True)

    started, noted = time.process_time(), time.monotonic()
    while step < given["steps"]:
        tokens = windows(given, step, known)
        for group in optimizer.param_groups:
            group["lr"] = rate_at(given, step)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=given["bfloat16"]):
            logits = model(tokens[:, :-1])
        loss = F.cross_entropy(logits.float().flatten(0, 1), tokens[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        step += 1
        if time.monotonic() - noted >= every and step < given["steps"]:
            note()
            noted = time.monotonic()
    note()


if __name__ == "__main__":
    main()
